# The port for vcpkg: vcpkg install recall --overlay-ports=clients/cpp/vcpkg
# It builds the sources of the repository in which it stands.
get_filename_component(REPOSITORY "${CURRENT_PORT_DIR}/../../.." ABSOLUTE)

vcpkg_cmake_configure(SOURCE_PATH "${REPOSITORY}/clients/cpp")
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/recall)
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include")
file(INSTALL "${CURRENT_PORT_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${REPOSITORY}/LICENSE")
