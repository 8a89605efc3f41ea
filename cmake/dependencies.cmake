# Libraries from Debian 12. Each is an interface target, so that a module names what it uses.

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(spdlog REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(SRTP REQUIRED IMPORTED_TARGET libsrtp2>=2.5)
if(BUILD_TESTING)
  find_package(Catch2 2.13 REQUIRED)
endif()

# Asio and Beast are compiled once, in src/boost/boost_impl.cpp: a translation unit that has all of them takes a minute.
add_library(akbuzat_boost STATIC src/boost/boost_impl.cpp)
target_compile_definitions(akbuzat_boost PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
                                                BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)
target_include_directories(akbuzat_boost SYSTEM PUBLIC ${Boost_INCLUDE_DIRS})
target_link_libraries(akbuzat_boost PUBLIC Threads::Threads OpenSSL::SSL)
