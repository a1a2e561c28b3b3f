#import <RecallIM/V2TIMMessage.h>

#include <algorithm>
#include <climits>

#import "conversion.h"
#import "elements.h"
#import "state.h"

@interface V2TIMImage ()
- (id)initWithFile:(RecallFile *)file;
@end

@implementation RecallFile
@end

namespace {

// V2TIM says it in 32 bits.
int sizeOf(RecallFile *file) { return static_cast<int>(std::min<std::int64_t>(file->attachment.size, INT_MAX)); }

void download(RecallFile *file, NSString *path, V2TIMDownLoadProgress progress, V2TIMSucc succ, V2TIMFail fail) {
    if (file == nil) {
        if (fail) fail(ERR_INVALID_PARAMETERS, @"this is no file of a message that was sent");
        return;
    }
    const auto client = file->client.lock();
    if (!client) {
        if (fail) fail(ERR_SDK_NOT_INITIALIZED, @"call initSDK and login first");
        return;
    }
    client->download(file->conversation, file->messageId, file->attachment.attachmentId, fromObjectiveC(path), progressOf(progress),
                     done<recall::Nothing>(succ, fail));
}

}  // namespace

V2TIMElem *elementOf(RecallFile *file) {
    V2TIMElem *element = RECALL_AUTORELEASE(recall::isPicture(file->attachment.type) ? (V2TIMElem *)[[V2TIMImageElem alloc] init]
                                                                                     : [[V2TIMFileElem alloc] init]);
    element.file = file;
    element.filename = toObjectiveC(file->attachment.name);
    return element;
}

@implementation V2TIMElem
@synthesize nextElem = _nextElem, path = _path, filename = _filename, file = _file;
- (void)dealloc {
    RECALL_RELEASE(_nextElem);
    RECALL_RELEASE(_path);
    RECALL_RELEASE(_filename);
    RECALL_RELEASE(_file);
    RECALL_DEALLOC;
}
@end

@implementation V2TIMTextElem
@synthesize text = _text;
- (void)dealloc {
    RECALL_RELEASE(_text);
    RECALL_DEALLOC;
}
@end

@implementation V2TIMCustomElem
@synthesize data = _data, desc = _desc, extension = _extension;
- (void)dealloc {
    RECALL_RELEASE(_data);
    RECALL_RELEASE(_desc);
    RECALL_RELEASE(_extension);
    RECALL_DEALLOC;
}
@end

@implementation V2TIMImage
- (id)initWithFile:(RecallFile *)file {
    if ((self = [super init])) _file = RECALL_RETAIN(file);
    return self;
}

- (NSString *)uuid {
    return toObjectiveC(_file->attachment.attachmentId);
}

- (V2TIMImageType)type {
    return V2TIM_IMAGE_TYPE_ORIGIN;
}

- (int)size {
    return sizeOf(_file);
}

- (int)width {
    return 0;
}

- (int)height {
    return 0;
}

- (NSString *)url {
    return nil;
}

- (void)downloadImage:(NSString *)path progress:(V2TIMDownLoadProgress)progress succ:(V2TIMSucc)succ fail:(V2TIMFail)fail {
    download(_file, path, progress, succ, fail);
}

- (void)dealloc {
    RECALL_RELEASE(_file);
    RECALL_DEALLOC;
}
@end

@implementation V2TIMImageElem
@dynamic path;
- (NSArray *)imageList {
    if (self.file == nil) return [NSArray array];
    V2TIMImage *image = RECALL_AUTORELEASE([[V2TIMImage alloc] initWithFile:self.file]);
    return [NSArray arrayWithObject:image];
}
@end

@implementation V2TIMFileElem
@dynamic path, filename;
- (NSString *)uuid {
    return self.file != nil ? toObjectiveC(self.file->attachment.attachmentId) : nil;
}

- (int)fileSize {
    return self.file != nil ? sizeOf(self.file) : 0;
}

- (void)downloadFile:(NSString *)path progress:(V2TIMDownLoadProgress)progress succ:(V2TIMSucc)succ fail:(V2TIMFail)fail {
    download(self.file, path, progress, succ, fail);
}
@end

@implementation V2TIMAttachment
@synthesize attachmentID = _attachmentID, name = _name, type = _type, size = _size;
@synthesize fromConversationID = _fromConversationID, fromMsgID = _fromMsgID;
- (void)dealloc {
    RECALL_RELEASE(_attachmentID);
    RECALL_RELEASE(_name);
    RECALL_RELEASE(_type);
    RECALL_RELEASE(_fromConversationID);
    RECALL_RELEASE(_fromMsgID);
    RECALL_DEALLOC;
}
@end
