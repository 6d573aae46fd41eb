# Installation by `cmake --install`: headers, both libraries, the command, pkg-config file, CMake package
# and documents.

include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/glorand)
set(package_build_dir ${PROJECT_BINARY_DIR}/package)

# Not the headers whose functions this build lacks.
if(NOT GLORAND_HAVE_CUDA)
  list(APPEND left_out PATTERN "cuda.h" EXCLUDE)
endif()
if(NOT GLORAND_HAVE_OPENCL)
  list(APPEND left_out PATTERN "opencl.h" EXCLUDE)
endif()
install(DIRECTORY include/glorand DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h" ${left_out})
if(TARGET glorand_command)
  # The command finds the library from where it lies itself, so that any prefix will do, and a folder that is moved.
  if(NOT DEFINED CMAKE_INSTALL_RPATH)
    file(RELATIVE_PATH command_to_library ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
    set_target_properties(glorand_command PROPERTIES INSTALL_RPATH "$ORIGIN/${command_to_library}")
  endif()
  install(TARGETS glorand_command DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(DIRECTORY docs/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1")
endif()
install(FILES README.md CHANGELOG.md LICENSE docs/stream.md docs/text.md docs/versions.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

# Two export sets: who links the shared library needs nothing of what the static one is linked with.
install(TARGETS glorand EXPORT glorand-shared DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS glorand_static EXPORT glorand-static DESTINATION ${CMAKE_INSTALL_LIBDIR})
foreach(kind shared static)
  install(EXPORT glorand-${kind} FILE glorand-${kind}.cmake NAMESPACE glorand:: DESTINATION ${package_dir})
endforeach()
configure_package_config_file(cmake/glorandConfig.cmake.in ${package_build_dir}/glorandConfig.cmake
  INSTALL_DESTINATION ${package_dir})
# While the major version is 0, a minor version may change what callers see.
write_basic_package_version_file(${package_build_dir}/glorandConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${package_build_dir}/glorandConfig.cmake ${package_build_dir}/glorandConfigVersion.cmake
  DESTINATION ${package_dir})

set(private_libs "-lpthread -ldl -lm")

# The directories as CMake installs them: relative to the prefix, unless they were given as absolute ones.
foreach(name LIBDIR INCLUDEDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${name}}")
    set(pkgconfig_${name} "${CMAKE_INSTALL_${name}}")
  else()
    set(pkgconfig_${name} "\${prefix}/${CMAKE_INSTALL_${name}}")
  endif()
endforeach()
# The prefix is found from where the file lies, so that `cmake --install --prefix` may choose another one.
file(RELATIVE_PATH pkgconfig_to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(cmake/glorand.pc.in ${package_build_dir}/glorand.pc @ONLY)
install(FILES ${package_build_dir}/glorand.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
