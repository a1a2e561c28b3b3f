// The elements of a message, and the files that they stand for.
#pragma once

#import <RecallIM/RecallIM.h>

#include <memory>
#include <string>

#include "client/client.h"

// A file of a message that the server has, and the client that downloads it.
@interface RecallFile : NSObject {
@public
    std::weak_ptr<recall::Client> client;
    std::string conversation, messageId;
    recall::Attachment attachment;
}
@end

@interface V2TIMElem ()
@property(nonatomic, retain) V2TIMElem *nextElem;
// Of the file on this device, for an element of a message to send.
@property(nonatomic, copy) NSString *path;
@property(nonatomic, copy) NSString *filename;
// nil before the file is uploaded.
@property(nonatomic, retain) RecallFile *file;
@end

@interface V2TIMMessage ()
// The element of the first file; the others follow it.
@property(nonatomic, retain) V2TIMElem *files;
@end

// The element of a file that the server has.
V2TIMElem *elementOf(RecallFile *file);
