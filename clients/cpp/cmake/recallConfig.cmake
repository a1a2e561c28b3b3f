# What find_package(recall) reads after an installation.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
if(NOT WIN32)
  find_dependency(OpenSSL)
endif()
include(${CMAKE_CURRENT_LIST_DIR}/recallTargets.cmake)
