# The client for iOS and macOS (clients/apple), on the C++ core (clients/cpp).
Pod::Spec.new do |s|
  s.name = 'RecallIM'
  s.version = '0.1.0'
  s.summary = 'Message recall with the calls of V2TIM, for people who run their own on AWS'
  s.homepage = 'https://example.com/recall'
  s.license = { type: 'Apache-2.0', file: 'LICENSE' }
  s.author = 'The Recall authors'
  s.source = { git: 'https://example.com/recall.git', tag: "v#{s.version}" }
  s.ios.deployment_target = '13.0'
  s.osx.deployment_target = '10.15'
  s.source_files = 'clients/apple/include/RecallIM/*.h', 'clients/apple/src/*.{h,mm}',
                   'clients/cpp/client/*.{h,cpp}', 'clients/cpp/core/*.{h,cpp}',
                   'clients/cpp/transport/address.cpp', 'clients/cpp/transport/transport.h'
  s.public_header_files = 'clients/apple/include/RecallIM/*.h'
  s.frameworks = 'Network'
  s.dependency 'nlohmann_json', '~> 3.10'
  s.pod_target_xcconfig = {
    'CLANG_CXX_LANGUAGE_STANDARD' => 'c++17',
    'HEADER_SEARCH_PATHS' => '"${PODS_TARGET_SRCROOT}/clients/apple/include" "${PODS_TARGET_SRCROOT}/clients/cpp"'
  }
end
