// Blocks that retain the objects they capture, on GNUstep with gcc's runtime.
//
// Two libraries offer a blocks runtime there. gnustep-base's does not copy a block that today's clang makes (it looks for flag
// 1 << 29); libBlocksRuntime's does, and is linked first, but does not retain what the block captures. Apple's does both.
#import <Foundation/Foundation.h>

#include <dlfcn.h>

namespace {

// The flags of a plain object in a block (Clang's "Block Implementation Specification").
constexpr int capturedObject = 3;

template <typename Function>
Function *ofTheLibrary(const char *name) {
    return reinterpret_cast<Function *>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" void _Block_object_assign(void *place, const void *value, const int flags) {
    static auto *const assign = ofTheLibrary<void(void *, const void *, int)>("_Block_object_assign");
    if (flags != capturedObject) return assign(place, value, flags);
    *static_cast<id *>(place) = [static_cast<id>(const_cast<void *>(value)) retain];
}

extern "C" void _Block_object_dispose(const void *value, const int flags) {
    static auto *const dispose = ofTheLibrary<void(const void *, int)>("_Block_object_dispose");
    if (flags != capturedObject) return dispose(value, flags);
    [static_cast<id>(const_cast<void *>(value)) release];
}
