# pindus_add_plugin(NAME SOURCES file... [MANIFESTS file.json...] [SCRIPTS file.script.json...]
#                   [INSTALL_COMPONENT name])
#
# Builds NAME.so, a pindus plugin: one exported symbol, every symbol bound at load, no run path. The
# shared object, its manifests and the scripts that test them are put side by side in
# PINDUS_PLUGIN_OUTPUT, for `pindus plugin check` and `pindus signin NAME --plugin-path`.
# `cmake --install` puts shared object and manifests where the vendor's are (PINDUS_PLUGIN_DIR,
# PINDUS_MANIFEST_DIR).
include_guard()
include(GNUInstallDirs)

set(PINDUS_VERSION_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/plugin.map)
# Where plugins and manifests are installed, relative to the prefix. The host that this file came
# with has set the first two; a prefix of another layout sets the cache variables.
if(NOT PINDUS_INSTALL_PLUGINS)
  set(PINDUS_INSTALL_PLUGINS ${CMAKE_INSTALL_LIBDIR}/pindus/plugins-1)
  set(PINDUS_INSTALL_MANIFESTS ${CMAKE_INSTALL_DATADIR}/pindus/providers.d)
endif()
set(PINDUS_PLUGIN_DIR ${PINDUS_INSTALL_PLUGINS} CACHE STRING
    "Where plugins are installed, relative to the prefix")
set(PINDUS_MANIFEST_DIR ${PINDUS_INSTALL_MANIFESTS} CACHE STRING
    "Where provider manifests are installed, relative to the prefix")

if(NOT PINDUS_PLUGIN_OUTPUT)
  set(PINDUS_PLUGIN_OUTPUT ${CMAKE_BINARY_DIR}/plugins-1)
endif()

function(pindus_add_plugin name)
  cmake_parse_arguments(arg "" "INSTALL_COMPONENT" "SOURCES;MANIFESTS;SCRIPTS" ${ARGN})
  if(NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pindus_add_plugin(${name}): SOURCES and file names are needed")
  endif()
  if(NOT arg_INSTALL_COMPONENT)
    set(arg_INSTALL_COMPONENT ${name})
  endif()

  # In pindus's own build tree, which is laid out as an installed one, they have their places.
  set(library_dir ${PINDUS_PLUGIN_OUTPUT})
  set(manifest_dir ${PINDUS_PLUGIN_OUTPUT})
  if(PINDUS_BUILD_PLUGINS)
    set(library_dir ${PINDUS_BUILD_PLUGINS})
    set(manifest_dir ${PINDUS_BUILD_MANIFESTS})
  endif()

  add_library(${name} MODULE ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE pindus::sdk)
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX .so
    LIBRARY_OUTPUT_DIRECTORY ${library_dir}
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON SKIP_BUILD_RPATH ON INSTALL_RPATH ""
    LINK_DEPENDS ${PINDUS_VERSION_SCRIPT})
  # Unique symbols would be one in the whole process, whatever the loading mode; clang makes none.
  target_compile_options(${name} PRIVATE
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-fno-gnu-unique>)
  target_link_options(${name} PRIVATE
    -Wl,--version-script=${PINDUS_VERSION_SCRIPT} -Wl,-z,now -Wl,-z,relro)
  # A sanitizer's runtime is in the program and not in what it loads.
  if(NOT PINDUS_SANITIZE)
    target_link_options(${name} PRIVATE -Wl,-z,defs)
  endif()

  foreach(data_file IN LISTS arg_MANIFESTS arg_SCRIPTS)
    get_filename_component(file ${data_file} NAME)
    configure_file(${data_file} ${manifest_dir}/${file} COPYONLY)
  endforeach()

  install(TARGETS ${name} LIBRARY DESTINATION ${PINDUS_PLUGIN_DIR}
          COMPONENT ${arg_INSTALL_COMPONENT})
  if(arg_MANIFESTS)
    install(FILES ${arg_MANIFESTS} DESTINATION ${PINDUS_MANIFEST_DIR}
            COMPONENT ${arg_INSTALL_COMPONENT})
  endif()
endfunction()
