// Where messages outlive the program.
#pragma once

#import <Foundation/Foundation.h>

#include <string>

namespace recall {

// The folder that V2TIMSDKConfig.storagePath says: nil means the default one, which is made, and an empty path means none.
std::string storageFolder(NSString *storagePath);

}  // namespace recall
