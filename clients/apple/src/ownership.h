// Retaining and releasing, for builds with ARC (Apple's default) and without it (GNUstep with gcc's runtime).
#pragma once

#import <Foundation/Foundation.h>

#if __has_feature(objc_arc)
#define RECALL_RETAIN(object) (object)
#define RECALL_AUTORELEASE(object) (object)
#define RECALL_RELEASE(object) (void)(object)
#define RECALL_DEALLOC
#define RECALL_WEAK __weak
#else
#define RECALL_RETAIN(object) [(object) retain]
#define RECALL_AUTORELEASE(object) [(object) autorelease]
#define RECALL_RELEASE(object) [(object) release]
#define RECALL_DEALLOC [super dealloc]
#define RECALL_WEAK __unsafe_unretained
#endif

#ifdef __cplusplus
#import <Block.h>

#include <memory>

// A block that lives as long as the C++ function objects that hold it; false for nil. It is copied by Block_copy and not by a message,
// since a block is no object everywhere.
template <typename Block>
class KeptBlock {
public:
    KeptBlock() = default;
#if __has_feature(objc_arc)
    explicit KeptBlock(Block block) : block_([block copy]) {}
    explicit operator bool() const { return block_ != nil; }
    Block get() const { return block_; }

private:
    Block block_ = nil;
#else
    explicit KeptBlock(Block block)
        : block_(block ? std::shared_ptr<void>((void *)Block_copy(block), [](void *kept) { Block_release(kept); })
                       : nullptr) {}
    explicit operator bool() const { return block_ != nullptr; }
    Block get() const { return (Block)block_.get(); }

private:
    std::shared_ptr<void> block_;
#endif
};

// An object that lives as long as what holds this.
template <typename Object>
class Kept {
public:
    explicit Kept(Object *object) : object_(object) {
#if !__has_feature(objc_arc)
        [object_ retain];
#endif
    }
    Kept(const Kept& other) : Kept(other.object_) {}
    Kept& operator=(const Kept&) = delete;
    ~Kept() { RECALL_RELEASE(object_); }
    Object *get() const { return object_; }

private:
    Object *object_;
};
#endif
