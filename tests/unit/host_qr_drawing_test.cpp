#include <pty.h>
#include <sys/ioctl.h>

#include <catch2/catch.hpp>

#include "core/base/file_descriptor.hpp"
#include "host/cli/qr_drawing.hpp"

TEST_CASE("a QR code is drawn only where all of it fits, with what is said below it") {
  const pindus::QrCode code{.size = 25, .modules = std::vector<bool>(25 * 25)};
  std::string kind = "xterm";
  const pindus::Environment environment([&](std::string_view name) -> std::optional<std::string> {
    if (name == "LANG") return "C.UTF-8";
    if (name == "TERM") return kind;
    return std::nullopt;
  });
  int controller = -1;
  int terminal = -1;
  REQUIRE(::openpty(&controller, &terminal, nullptr, nullptr, nullptr) == 0);
  const pindus::FileDescriptor owners[] = {pindus::FileDescriptor(controller),
                                           pindus::FileDescriptor(terminal)};
  const auto lines_at = [&](unsigned short rows, unsigned short columns) {
    const winsize size{rows, columns, 0, 0};
    REQUIRE(::ioctl(owners[1].get(), TIOCSWINSZ, &size) == 0);
    return pindus::draw_qr(code, owners[1].get(), environment).size();
  };
  CHECK(lines_at(24, 80) == 17);
  CHECK(lines_at(22, 33) == 17);
  CHECK(lines_at(21, 33) == 0);
  CHECK(lines_at(22, 32) == 0);
  CHECK(lines_at(0, 0) == 0);
  for (const char* plain : {"dumb", ""}) {
    kind = plain;
    CHECK(lines_at(24, 80) == 0);
  }
}
