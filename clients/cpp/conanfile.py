"""The Conan recipe: conan create clients/cpp."""

import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir


class RecallConan(ConanFile):
    name = "recall"
    description = "Message recall with the calls of V2TIM, for people who run their own on AWS"
    license = "Apache-2.0"
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False]}
    default_options = {"shared": False, "fPIC": True}
    implements = ["auto_shared_fpic"]

    def set_version(self):
        project = load(self, os.path.join(self.recipe_folder, "CMakeLists.txt"))
        self.version = re.search(r"project\(recall VERSION ([0-9.]+)", project)[1]

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "cmake/*", "client/*", "core/*", "include/*", "transport/*", "v2tim/*"):
            copy(self, pattern, self.recipe_folder, self.export_sources_folder)
        # The licence stands in the root of the repository.
        copy(self, "LICENSE", os.path.join(self.recipe_folder, "..", ".."), self.export_sources_folder)

    def requirements(self):
        self.requires("nlohmann_json/[>=3.10 <4]")
        if self.settings.os != "Windows":
            self.requires("boost/[>=1.75 <2]", options={"header_only": True})
            self.requires("openssl/[>=3 <4]")

    def validate(self):
        check_min_cppstd(self, 17)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        CMakeToolchain(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build(target="recall")

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        CMake(self).install()
        # Conan writes files of its own for find_package.
        rmdir(self, os.path.join(self.package_folder, "lib", "cmake"))

    def package_info(self):
        self.cpp_info.libs = ["recall"] if self.options.shared else ["recall", "recall_client", "recall_core"]
        self.cpp_info.includedirs = [os.path.join("include", "recall")]
        if self.settings.os == "Windows":
            self.cpp_info.system_libs = ["winhttp"]
        elif self.settings.os == "Linux":
            self.cpp_info.system_libs = ["pthread"]
            # A profile can say that the system has OpenSSL. Then Conan does not link it by itself.
            if not self.options.shared and "openssl" not in self.dependencies:
                self.cpp_info.system_libs = ["ssl", "crypto", "pthread"]
