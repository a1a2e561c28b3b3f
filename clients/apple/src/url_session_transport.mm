// The transport on NSURLSession and its NSURLSessionWebSocketTask, macOS 10.15 and iOS 13 or newer: TLS, proxies and certificates are the system's.
// https://developer.apple.com/documentation/foundation/nsurlsessionwebsockettask
#import <Foundation/Foundation.h>

#include "core/types.h"
#include "transport/transport.h"

#if !__has_feature(objc_arc)
#error "Build it with ARC, as Apple's tools do by themselves."
#endif

using recall::ConnectionEvents;
using recall::HttpEvents;

// Silence is no fault here: the client itself gives up a handshake that takes too long, and a connection without an answer to a ping. The
// default is 60 s, which a phone that sleeps would exceed.
static const NSTimeInterval silence = 15 * 60;
// Of a file on its way.
static const NSTimeInterval transferSilence = 30;

// One connection. Everything here runs on the queue, which runs one thing at a time; the session keeps it until it ends.
@interface RecallSocket : NSObject <NSURLSessionWebSocketDelegate>
- (instancetype)initWithRequest:(NSURLRequest *)request events:(ConnectionEvents)events queue:(NSOperationQueue *)queue;
- (void)start;
- (void)send:(NSString *)text;
- (void)ping:(int)number;
// Says goodbye; the peer's answer, or its silence, ends the connection.
- (void)close;
// Ends the connection and tells nobody.
- (void)cut;
@end

@implementation RecallSocket {
    NSURLRequest *_request;
    ConnectionEvents _events;
    NSOperationQueue *_queue;
    NSURLSession *_session;
    NSURLSessionWebSocketTask *_task;
    BOOL _closing, _ended;
}

- (instancetype)initWithRequest:(NSURLRequest *)request events:(ConnectionEvents)events queue:(NSOperationQueue *)queue {
    if ((self = [super init])) {
        _request = request;
        _events = std::move(events);
        _queue = queue;
    }
    return self;
}

- (void)start {
    if (_ended) return;
    if (_request == nil) return [self end];
    NSURLSessionConfiguration *configuration = [NSURLSessionConfiguration ephemeralSessionConfiguration];
    configuration.timeoutIntervalForRequest = silence;
    _session = [NSURLSession sessionWithConfiguration:configuration delegate:self delegateQueue:_queue];
    _task = [_session webSocketTaskWithRequest:_request];
    _task.maximumMessageSize = recall::maximumFrameBytes;
    _request = nil;  // it has the token
    [_task resume];
}

- (void)send:(NSString *)text {
    if (_closing || _ended) return;
    [_task sendMessage:[[NSURLSessionWebSocketMessage alloc] initWithString:text] completionHandler:^(NSError *error) {
        if (error != nil) [self->_queue addOperationWithBlock:^{ [self end]; }];
    }];
}

// Apple does not say on which queue the handler runs.
- (void)ping:(int)number {
    if (_closing || _ended) return;
    [_task sendPingWithPongReceiveHandler:^(NSError *error) {
        [self->_queue addOperationWithBlock:^{
            if (self->_ended) return;
            if (error != nil) return [self end];
            self->_events.ponged(number);
        }];
    }];
}

- (void)close {
    if (_closing || _ended) return;
    _closing = YES;
    [_task cancelWithCloseCode:NSURLSessionWebSocketCloseCodeNormalClosure reason:nil];
}

- (void)cut {
    _ended = YES;
    [_session invalidateAndCancel];
    _session = nil;
    _task = nil;
}

- (void)end {
    if (_ended) return;
    [self cut];
    _events.closed();
}

// Apple does not say on which queue the handler runs.
- (void)receive {
    [_task receiveMessageWithCompletionHandler:^(NSURLSessionWebSocketMessage *message, NSError *error) {
        [self->_queue addOperationWithBlock:^{ [self received:message error:error]; }];
    }];
}

- (void)received:(NSURLSessionWebSocketMessage *)message error:(NSError *)error {
    if (_ended) return;
    if (error != nil) return [self end];
    if (message.type == NSURLSessionWebSocketMessageTypeString) {
        const char *text = [message.string UTF8String];
        _events.received(std::string(text, [message.string lengthOfBytesUsingEncoding:NSUTF8StringEncoding]));
    }
    if (!_ended) [self receive];
}

- (void)URLSession:(NSURLSession *)session webSocketTask:(NSURLSessionWebSocketTask *)task
    didOpenWithProtocol:(NSString *)protocol {
    if (_ended) return;
    _events.opened();
    [self receive];
}

- (void)URLSession:(NSURLSession *)session webSocketTask:(NSURLSessionWebSocketTask *)task
    didCloseWithCode:(NSURLSessionWebSocketCloseCode)code reason:(NSData *)reason {
    [self end];
}

// A handshake that was refused ends here too, with the server's answer.
- (void)URLSession:(NSURLSession *)session task:(NSURLSessionTask *)task didCompleteWithError:(NSError *)error {
    if (_ended) return;
    const NSInteger status =
        [task.response isKindOfClass:[NSHTTPURLResponse class]] ? [(NSHTTPURLResponse *)task.response statusCode] : 101;
    if (status == 101) return [self end];
    [self cut];
    _events.refused(static_cast<int>(status));
}

// A redirect would carry the token elsewhere.
- (void)URLSession:(NSURLSession *)session task:(NSURLSessionTask *)task
    willPerformHTTPRedirection:(NSHTTPURLResponse *)response newRequest:(NSURLRequest *)request
             completionHandler:(void (^)(NSURLRequest *))completionHandler {
    completionHandler(nil);
}

@end

// One HTTP request. Everything here runs on the queue, as in RecallSocket. Nothing is told after `ended`.
@interface RecallExchange : NSObject <NSURLSessionDataDelegate>
// The bytes of the file are the body; nil: there is no body.
- (instancetype)initWithRequest:(NSURLRequest *)request file:(NSURL *)file events:(HttpEvents)events queue:(NSOperationQueue *)queue;
- (void)start;
- (void)end:(BOOL)whole;
// Ends the request and tells nobody.
- (void)cut;
@end

@implementation RecallExchange {
    NSURLRequest *_request;
    NSURL *_file;
    HttpEvents _events;
    NSOperationQueue *_queue;
    NSURLSession *_session;
    BOOL _ended;
}

- (instancetype)initWithRequest:(NSURLRequest *)request file:(NSURL *)file events:(HttpEvents)events queue:(NSOperationQueue *)queue {
    if ((self = [super init])) {
        _request = request;
        _file = file;
        _events = std::move(events);
        _queue = queue;
    }
    return self;
}

- (void)start {
    if (_ended) return;
    if (_request == nil) return [self end:NO];
    NSURLSessionConfiguration *configuration = [NSURLSessionConfiguration ephemeralSessionConfiguration];
    configuration.timeoutIntervalForRequest = transferSilence;
    configuration.URLCache = nil;  // what is recalled stays nowhere
    _session = [NSURLSession sessionWithConfiguration:configuration delegate:self delegateQueue:_queue];
    NSURLSessionTask *task = _file != nil ? [_session uploadTaskWithRequest:_request fromFile:_file] : [_session dataTaskWithRequest:_request];
    _request = nil;  // its address is secret
    [task resume];
}

- (void)cut {
    _ended = YES;
    [_session invalidateAndCancel];
    _session = nil;
    _events = {};  // they may hold what holds this
}

- (void)end:(BOOL)whole {
    if (_ended) return;
    const auto ended = std::move(_events.ended);
    [self cut];
    ended(whole);
}

- (void)URLSession:(NSURLSession *)session task:(NSURLSessionTask *)task didSendBodyData:(int64_t)bytesSent
              totalBytesSent:(int64_t)totalBytesSent totalBytesExpectedToSend:(int64_t)totalBytesExpectedToSend {
    if (!_ended) _events.sent(totalBytesSent);
}

// An answer whose length is not known has the length -1.
- (void)URLSession:(NSURLSession *)session dataTask:(NSURLSessionDataTask *)task didReceiveResponse:(NSURLResponse *)response
     completionHandler:(void (^)(NSURLSessionResponseDisposition))completionHandler {
    const NSInteger status = [response isKindOfClass:[NSHTTPURLResponse class]] ? [(NSHTTPURLResponse *)response statusCode] : 0;
    if (!_ended) _events.answered(static_cast<int>(status), response.expectedContentLength);
    completionHandler(_ended ? NSURLSessionResponseCancel : NSURLSessionResponseAllow);
}

- (void)URLSession:(NSURLSession *)session dataTask:(NSURLSessionDataTask *)task didReceiveData:(NSData *)data {
    if (_ended) return;
    if (!_events.received(static_cast<const char *>(data.bytes), data.length)) [self end:NO];
}

- (void)URLSession:(NSURLSession *)session task:(NSURLSessionTask *)task didCompleteWithError:(NSError *)error {
    [self end:error == nil];
}

// The address was given for this request alone.
- (void)URLSession:(NSURLSession *)session task:(NSURLSessionTask *)task
    willPerformHTTPRedirection:(NSHTTPURLResponse *)response newRequest:(NSURLRequest *)request
             completionHandler:(void (^)(NSURLRequest *))completionHandler {
    completionHandler(nil);
}

@end

namespace recall {
namespace {

NSString *text(const std::string& from) {
    return [[NSString alloc] initWithBytes:from.data() length:from.size() encoding:NSUTF8StringEncoding];
}

NSURLRequest *requestOf(const std::string& url, const std::string& token) {
    NSURL *address = parseAddress(url) ? [NSURL URLWithString:text(url)] : nil;
    if (address == nil) return nil;
    NSMutableURLRequest *request = [NSMutableURLRequest requestWithURL:address];
    [request setValue:text("Bearer " + token) forHTTPHeaderField:@"Authorization"];
    return request;
}

// Nothing if the address is none.
NSURLRequest *requestOf(const HttpRequest& from) {
    NSURL *address = parseWebAddress(from.url) ? [NSURL URLWithString:text(from.url)] : nil;
    if (address == nil) return nil;
    NSMutableURLRequest *request = [NSMutableURLRequest requestWithURL:address];
    request.HTTPMethod = text(from.method);
    for (const auto& [name, value] : from.headers) [request setValue:text(value) forHTTPHeaderField:text(name)];
    return request;
}

class URLSessionConnection final : public Connection {
public:
    URLSessionConnection(NSOperationQueue *queue, RecallSocket *socket) : queue_(queue), socket_(socket) {}

    void send(const std::string& frame) override {
        RecallSocket *socket = socket_;
        NSString *sent = text(frame);
        [queue_ addOperationWithBlock:^{ [socket send:sent]; }];
    }
    void ping(int number) override {
        RecallSocket *socket = socket_;
        [queue_ addOperationWithBlock:^{ [socket ping:number]; }];
    }
    bool hasPings() const override { return true; }
    void close() override {
        RecallSocket *socket = socket_;
        [queue_ addOperationWithBlock:^{ [socket close]; }];
    }

private:
    NSOperationQueue *queue_;
    RecallSocket *socket_;
};

class URLSessionExchange final : public Exchange {
public:
    URLSessionExchange(NSOperationQueue *queue, RecallExchange *exchange) : queue_(queue), exchange_(exchange) {}

    void cancel() override {
        RecallExchange *exchange = exchange_;
        [queue_ addOperationWithBlock:^{ [exchange end:NO]; }];
    }

private:
    NSOperationQueue *queue_;
    RecallExchange *exchange_;
};

class URLSessionTransport final : public Transport {
public:
    URLSessionTransport() : queue_([[NSOperationQueue alloc] init]) { queue_.maxConcurrentOperationCount = 1; }

    ~URLSessionTransport() override {
        RecallSocket *last = current_;
        NSHashTable<RecallExchange *> *exchanges = exchanges_;
        [queue_ addOperationWithBlock:^{
            [last cut];
            for (RecallExchange *exchange in exchanges.allObjects) [exchange cut];
        }];
        [queue_ waitUntilAllOperationsAreFinished];
    }

    std::unique_ptr<Connection> connect(const std::string& url, const std::string& token, ConnectionEvents events) override {
        RecallSocket *socket = [[RecallSocket alloc] initWithRequest:requestOf(url, token) events:std::move(events) queue:queue_];
        RecallSocket *before = current_;
        current_ = socket;  // a client has one connection at a time
        [queue_ addOperationWithBlock:^{
            [before cut];
            [socket start];
        }];
        return std::make_unique<URLSessionConnection>(queue_, socket);
    }

    std::unique_ptr<Exchange> exchange(HttpRequest request, HttpEvents events) override {
        NSURL *file = request.bodyPath.empty() ? nil : [NSURL fileURLWithPath:text(request.bodyPath) isDirectory:NO];
        RecallExchange *exchange = [[RecallExchange alloc] initWithRequest:requestOf(request) file:file events:std::move(events) queue:queue_];
        NSHashTable<RecallExchange *> *exchanges = exchanges_;
        [queue_ addOperationWithBlock:^{
            [exchanges addObject:exchange];
            [exchange start];
        }];
        return std::make_unique<URLSessionExchange>(queue_, exchange);
    }

private:
    NSOperationQueue *queue_;
    RecallSocket *current_ = nil;
    // Those that may be under way, held weakly. Only the queue touches it.
    NSHashTable<RecallExchange *> *exchanges_ = [NSHashTable weakObjectsHashTable];
};

}  // namespace

std::unique_ptr<Transport> makeTransport(const TransportOptions&) { return std::make_unique<URLSessionTransport>(); }

}  // namespace recall
