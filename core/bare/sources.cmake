# What the front and the library share with the core, each with flags of its own: freestanding C++, no
# standard library.
set(bare_sources account_choice.cpp aead.cpp json_reader.cpp key_rule.cpp profile.cpp
  profile_file.cpp profile_key.cpp ready_key.cpp sealed_value.cpp vault_key.cpp)
list(TRANSFORM bare_sources PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
