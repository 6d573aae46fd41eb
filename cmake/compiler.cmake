# One interface target that carries what every file of the project is compiled with.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(glorand_flags INTERFACE)
target_compile_options(glorand_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
  # Contraction would change values: see src/core/lanes.h.
  -ffp-contract=off -fno-math-errno
  $<$<BOOL:${GLORAND_WERROR}>:-Werror>)
target_compile_definitions(glorand_flags INTERFACE _XOPEN_SOURCE=700 _FILE_OFFSET_BITS=64)

if(GLORAND_SANITIZE)
  target_compile_options(glorand_flags INTERFACE
    -fsanitize=${GLORAND_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(glorand_flags INTERFACE -fsanitize=${GLORAND_SANITIZE})
endif()
