# Installation into a wheel, which scikit-build-core asks for (pyproject.toml): the library and the command, in the
# package's folder, under the component `python`. A wheel has no symbolic links, so the library is there by its soname
# alone, by which the package and the command look for it.

install(FILES $<TARGET_FILE:glorand> RENAME $<TARGET_SONAME_FILE_NAME:glorand> DESTINATION ${CMAKE_INSTALL_LIBDIR}
  PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE COMPONENT python)
install(TARGETS glorand_command DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT python)
