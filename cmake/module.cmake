# akbuzat_module(NAME SOURCES a.cpp … DEPENDS module … LIBRARIES target …)
# One static library a module. Its public headers are include/akbuzat/NAME, its private ones lie beside the sources.
function(akbuzat_module name)
  cmake_parse_arguments(MODULE "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  add_library(akbuzat_${name} STATIC ${MODULE_SOURCES})
  target_include_directories(akbuzat_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include
                                             PRIVATE ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM MODULE_DEPENDS PREPEND akbuzat_)
  target_link_libraries(akbuzat_${name} PUBLIC ${MODULE_DEPENDS} ${MODULE_LIBRARIES})
endfunction()

# akbuzat_test(NAME SOURCES a.cpp … MODULES module …)
# One Catch2 program, registered with CTest under NAME.
function(akbuzat_test name)
  cmake_parse_arguments(TEST "" "TIMEOUT" "SOURCES;MODULES" ${ARGN})
  add_executable(${name} ${TEST_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
  list(TRANSFORM TEST_MODULES PREPEND akbuzat_)
  target_link_libraries(${name} PRIVATE akbuzat_test_main ${TEST_MODULES})
  add_test(NAME ${name} COMMAND ${name})
  if(TEST_TIMEOUT)
    set_tests_properties(${name} PROPERTIES TIMEOUT ${TEST_TIMEOUT})
  endif()
endfunction()
