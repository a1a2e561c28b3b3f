// swift-tools-version: 5.9
// The client for iOS and macOS (clients/apple). It stands here because a package cannot reach out of its own folder, and the core is
// in clients/cpp.
import PackageDescription

let package = Package(
    name: "recall",
    platforms: [.iOS(.v13), .macOS(.v10_15)],
    products: [.library(name: "RecallIM", targets: ["RecallIM"])],
    dependencies: [.package(url: "https://github.com/nlohmann/json.git", from: "3.11.3")],
    targets: [
        .target(
            name: "RecallIM",
            dependencies: [.product(name: "json", package: "json")],
            path: "clients",
            sources: [
                "apple/src",
                "cpp/client",
                "cpp/core",
                "cpp/transport/address.cpp",
            ],
            publicHeadersPath: "apple/include",
            cxxSettings: [
                .headerSearchPath("apple/src"),
                .headerSearchPath("apple/swiftpm"),
                .headerSearchPath("cpp"),
            ],
            linkerSettings: [.linkedFramework("Network")]
        )
    ],
    cxxLanguageStandard: .cxx17
)
