// What the client and the sample use of Apple's Foundation, so that clang can check here, with ARC, what only Apple's tools build. Only
// declarations, after https://developer.apple.com/documentation/foundation?language=objc
#pragma once

#include <stddef.h>
#include <stdint.h>

#define NS_ASSUME_NONNULL_BEGIN _Pragma("clang assume_nonnull begin")
#define NS_ASSUME_NONNULL_END _Pragma("clang assume_nonnull end")
#define NS_SWIFT_NAME(name) __attribute__((swift_name(#name)))
#define NS_SWIFT_ASYNC_NAME(name) __attribute__((swift_async_name(#name)))
#define NS_ENUM(type, name) \
    enum name : type name;  \
    enum name : type
#define TARGET_OS_IPHONE 1
#define YES __objc_yes
#define NO __objc_no
#define nil ((id)0)

typedef signed char BOOL;
typedef long NSInteger;
typedef unsigned long NSUInteger;
typedef double NSTimeInterval;
typedef NSUInteger NSStringEncoding;
enum : NSStringEncoding { NSUTF8StringEncoding = 4 };

NS_ASSUME_NONNULL_BEGIN

typedef struct {
    unsigned long state;
    id __unsafe_unretained _Nullable *_Nullable itemsPtr;
    unsigned long *_Nullable mutationsPtr;
    unsigned long extra[5];
} NSFastEnumerationState;

@protocol NSObject
- (BOOL)isKindOfClass:(Class)aClass;
- (BOOL)respondsToSelector:(SEL)aSelector;
@end

@interface NSObject <NSObject>
+ (instancetype)alloc;
+ (Class)class;
- (instancetype)init;
- (void)dealloc;
- (id)copy;
@end

@interface NSString : NSObject
+ (instancetype)stringWithFormat:(NSString *)format, ...;
- (nullable instancetype)initWithBytes:(const void *)bytes length:(NSUInteger)length encoding:(NSStringEncoding)encoding;
@property(readonly) NSUInteger length;
@property(nullable, readonly) const char *UTF8String;
- (NSUInteger)lengthOfBytesUsingEncoding:(NSStringEncoding)encoding;
- (BOOL)isEqualToString:(NSString *)string;
- (BOOL)hasPrefix:(NSString *)prefix;
- (NSString *)stringByAppendingPathComponent:(NSString *)component;
- (NSString *)substringFromIndex:(NSUInteger)from;
- (nullable id)dataUsingEncoding:(NSStringEncoding)encoding;
@end

@interface NSDate : NSObject
+ (instancetype)dateWithTimeIntervalSince1970:(NSTimeInterval)seconds;
@end

@interface NSData : NSObject
+ (instancetype)dataWithBytes:(nullable const void *)bytes length:(NSUInteger)length;
@property(readonly) NSUInteger length;
@property(readonly) const void *bytes;
@end

@interface NSArray<__covariant Element> : NSObject
@property(readonly) NSUInteger count;
+ (instancetype)array;
+ (instancetype)arrayWithObject:(Element)object;
- (Element)objectAtIndex:(NSUInteger)index;
- (Element)objectAtIndexedSubscript:(NSUInteger)index;
+ (instancetype)arrayWithObjects:(const Element _Nonnull[_Nullable])objects count:(NSUInteger)count;
- (NSArray<Element> *)sortedArrayUsingSelector:(SEL)comparator;
- (NSUInteger)countByEnumeratingWithState:(NSFastEnumerationState *)state
                                  objects:(id __unsafe_unretained _Nullable[_Nonnull])buffer
                                    count:(NSUInteger)length;
@end

@interface NSMutableArray<Element> : NSArray <Element>
+ (instancetype)arrayWithCapacity:(NSUInteger)capacity;
- (void)addObject:(Element)object;
- (void)removeObjectIdenticalTo:(Element)object;
@end

@interface NSHashTable<Object> : NSObject
+ (NSHashTable<Object> *)weakObjectsHashTable;
@property(readonly, copy) NSArray<Object> *allObjects;
- (void)addObject:(nullable Object)object;
@end

@interface NSMutableDictionary<Key, Value> : NSObject
@property(readonly, copy) NSArray<Key> *allKeys;
- (nullable Value)objectForKey:(Key)key;
- (void)setObject:(Value)object forKey:(Key)key;
@end

@interface NSDictionary<Key, Value> : NSObject
+ (instancetype)dictionaryWithObject:(Value)object forKey:(Key)key;
@end

extern NSString *const NSLocalizedDescriptionKey;

@interface NSError : NSObject
+ (instancetype)errorWithDomain:(NSString *)domain code:(NSInteger)code userInfo:(nullable NSDictionary *)dict;
@property(readonly) NSInteger code;
@end

typedef NSString *NSURLResourceKey;
extern NSURLResourceKey const NSURLIsExcludedFromBackupKey;

@interface NSURL : NSObject
+ (nullable instancetype)URLWithString:(NSString *)string;
+ (NSURL *)fileURLWithPath:(NSString *)path isDirectory:(BOOL)isDir;
- (BOOL)setResourceValue:(nullable id)value forKey:(NSURLResourceKey)key error:(NSError *_Nullable *_Nullable)error;
@end

@interface NSNumber : NSObject
+ (NSNumber *)numberWithBool:(BOOL)value;
@end

typedef NS_ENUM(NSUInteger, NSSearchPathDirectory) { NSApplicationSupportDirectory = 14 };
typedef NS_ENUM(NSUInteger, NSSearchPathDomainMask) { NSUserDomainMask = 1 };
NSArray<NSString *> *NSSearchPathForDirectoriesInDomains(NSSearchPathDirectory directory, NSSearchPathDomainMask mask, BOOL expand);

typedef NSString *NSFileAttributeKey;
typedef NSString *NSFileProtectionType;
extern NSFileAttributeKey const NSFileProtectionKey;
extern NSFileProtectionType const NSFileProtectionCompleteUntilFirstUserAuthentication;

@interface NSFileManager : NSObject
@property(class, readonly) NSFileManager *defaultManager;
- (BOOL)createDirectoryAtPath:(NSString *)path
    withIntermediateDirectories:(BOOL)create
                     attributes:(nullable NSDictionary<NSFileAttributeKey, id> *)attributes
                          error:(NSError *_Nullable *_Nullable)error;
@end

@interface NSBundle : NSObject
@property(class, readonly) NSBundle *mainBundle;
@property(nullable, readonly) NSString *bundleIdentifier;
@end

@interface NSProcessInfo : NSObject
@property(class, readonly) NSProcessInfo *processInfo;
@property(copy) NSString *processName;
@end

@interface NSURLRequest : NSObject
@end

@interface NSMutableURLRequest : NSURLRequest
+ (instancetype)requestWithURL:(NSURL *)url;
@property(copy) NSString *HTTPMethod;
- (void)setValue:(nullable NSString *)value forHTTPHeaderField:(NSString *)field;
@end

@interface NSURLResponse : NSObject
@property(readonly) long long expectedContentLength;
@end

@interface NSHTTPURLResponse : NSURLResponse
@property(readonly) NSInteger statusCode;
@end

@interface NSOperation : NSObject
- (void)main;
@end

@interface NSOperationQueue : NSObject
- (void)addOperation:(NSOperation *)operation;
@property(class, readonly) NSOperationQueue *mainQueue;
@property NSInteger maxConcurrentOperationCount;
- (void)addOperationWithBlock:(void (^)(void))block;
- (void)waitUntilAllOperationsAreFinished;
@end

@class NSURLCache;

@interface NSURLSessionConfiguration : NSObject
@property(class, readonly) NSURLSessionConfiguration *ephemeralSessionConfiguration;
@property NSTimeInterval timeoutIntervalForRequest;
@property(nullable, retain) NSURLCache *URLCache;
@end

@interface NSURLSessionTask : NSObject
@property(nullable, readonly, copy) NSURLResponse *response;
- (void)resume;
@end

typedef NS_ENUM(NSInteger, NSURLSessionWebSocketMessageType) {
    NSURLSessionWebSocketMessageTypeData = 0,
    NSURLSessionWebSocketMessageTypeString = 1
};

typedef NS_ENUM(NSInteger, NSURLSessionWebSocketCloseCode) { NSURLSessionWebSocketCloseCodeNormalClosure = 1000 };

@interface NSURLSessionWebSocketMessage : NSObject
- (instancetype)initWithString:(NSString *)string;
@property(readonly) NSURLSessionWebSocketMessageType type;
@property(nullable, readonly, copy) NSString *string;
@end

@interface NSNotification : NSObject
@end

@interface NSNotificationCenter : NSObject
+ (NSNotificationCenter *)defaultCenter;
- (id)addObserverForName:(nullable NSString *)name
                  object:(nullable id)object
                   queue:(nullable NSOperationQueue *)queue
              usingBlock:(void (^)(NSNotification *notification))block;
- (void)removeObserver:(id)observer;
@end

@interface NSURLSessionWebSocketTask : NSURLSessionTask
- (void)sendMessage:(NSURLSessionWebSocketMessage *)message
    completionHandler:(void (^)(NSError *_Nullable error))completionHandler;
- (void)receiveMessageWithCompletionHandler:(void (^)(NSURLSessionWebSocketMessage *_Nullable message,
                                                      NSError *_Nullable error))completionHandler;
- (void)sendPingWithPongReceiveHandler:(void (^)(NSError *_Nullable error))pongReceiveHandler;
- (void)cancelWithCloseCode:(NSURLSessionWebSocketCloseCode)closeCode reason:(nullable NSData *)reason;
@property NSInteger maximumMessageSize;
@end

@interface NSURLSessionDataTask : NSURLSessionTask
@end

@interface NSURLSessionUploadTask : NSURLSessionDataTask
@end

@protocol NSURLSessionDelegate <NSObject>
@end

@interface NSURLSession : NSObject
+ (NSURLSession *)sessionWithConfiguration:(NSURLSessionConfiguration *)configuration
                                  delegate:(nullable id<NSURLSessionDelegate>)delegate
                             delegateQueue:(nullable NSOperationQueue *)queue;
- (NSURLSessionDataTask *)dataTaskWithRequest:(NSURLRequest *)request;
- (NSURLSessionUploadTask *)uploadTaskWithRequest:(NSURLRequest *)request fromFile:(NSURL *)fileURL;
- (NSURLSessionWebSocketTask *)webSocketTaskWithRequest:(NSURLRequest *)request;
- (void)invalidateAndCancel;
@end

@protocol NSURLSessionTaskDelegate <NSURLSessionDelegate>
@optional
- (void)URLSession:(NSURLSession *)session
                        task:(NSURLSessionTask *)task
             didSendBodyData:(int64_t)bytesSent
              totalBytesSent:(int64_t)totalBytesSent
    totalBytesExpectedToSend:(int64_t)totalBytesExpectedToSend;
- (void)URLSession:(NSURLSession *)session task:(NSURLSessionTask *)task didCompleteWithError:(nullable NSError *)error;
- (void)URLSession:(NSURLSession *)session
                          task:(NSURLSessionTask *)task
    willPerformHTTPRedirection:(NSHTTPURLResponse *)response
                    newRequest:(NSURLRequest *)request
             completionHandler:(void (^)(NSURLRequest *_Nullable))completionHandler;
@end

typedef NS_ENUM(NSInteger, NSURLSessionResponseDisposition) { NSURLSessionResponseCancel = 0, NSURLSessionResponseAllow = 1 };

@protocol NSURLSessionDataDelegate <NSURLSessionTaskDelegate>
@optional
- (void)URLSession:(NSURLSession *)session
              dataTask:(NSURLSessionDataTask *)dataTask
    didReceiveResponse:(NSURLResponse *)response
     completionHandler:(void (^)(NSURLSessionResponseDisposition disposition))completionHandler;
- (void)URLSession:(NSURLSession *)session dataTask:(NSURLSessionDataTask *)dataTask didReceiveData:(NSData *)data;
@end

@protocol NSURLSessionWebSocketDelegate <NSURLSessionTaskDelegate>
@optional
- (void)URLSession:(NSURLSession *)session
          webSocketTask:(NSURLSessionWebSocketTask *)webSocketTask
    didOpenWithProtocol:(nullable NSString *)protocol;
- (void)URLSession:(NSURLSession *)session
       webSocketTask:(NSURLSessionWebSocketTask *)webSocketTask
    didCloseWithCode:(NSURLSessionWebSocketCloseCode)closeCode
              reason:(nullable NSData *)reason;
@end

NS_ASSUME_NONNULL_END
