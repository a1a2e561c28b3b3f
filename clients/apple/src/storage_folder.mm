#include "storage_folder.h"

#import "conversion.h"

namespace recall {
namespace {

// Application Support belongs to all programs of the user, except in the sandbox of iOS and of the App Store.
NSString *defaultFolder() {
    NSArray *folders = NSSearchPathForDirectoriesInDomains(NSApplicationSupportDirectory, NSUserDomainMask, YES);
    if ([folders count] == 0) return @"";
    NSString *program = [[NSBundle mainBundle] bundleIdentifier];
    if (program == nil) program = [[NSProcessInfo processInfo] processName];
    return [[[folders objectAtIndex:0] stringByAppendingPathComponent:program] stringByAppendingPathComponent:@"RecallIM"];
}

// Files inherit the protection of their folder: they are encrypted until the device is unlocked for the first time after a start, and a
// recall that comes in the background can still be written after that. A backup would keep the text of recalled messages.
void make(NSString *folder) {
    NSDictionary *attributes = nil;
#if TARGET_OS_IPHONE
    attributes = [NSDictionary dictionaryWithObject:NSFileProtectionCompleteUntilFirstUserAuthentication forKey:NSFileProtectionKey];
#endif
    [[NSFileManager defaultManager] createDirectoryAtPath:folder withIntermediateDirectories:YES attributes:attributes error:nullptr];
#ifndef GNUSTEP
    [[NSURL fileURLWithPath:folder isDirectory:YES] setResourceValue:[NSNumber numberWithBool:YES]
                                                              forKey:NSURLIsExcludedFromBackupKey
                                                               error:nullptr];
#endif
}

}  // namespace

// A folder that cannot be made is reported at the login, by the storage that cannot use it.
std::string storageFolder(NSString *storagePath) {
    @autoreleasepool {
        NSString *folder = storagePath == nil ? defaultFolder() : storagePath;
        if ([folder length] > 0) make(folder);
        return fromObjectiveC(folder);
    }
}

}  // namespace recall
