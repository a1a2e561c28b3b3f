// What sample/UIKit uses of UIKit. Only declarations, after https://developer.apple.com/documentation/uikit?language=objc
#pragma once

#import <Foundation/Foundation.h>

NS_ASSUME_NONNULL_BEGIN

typedef double CGFloat;
typedef struct {
    CGFloat x, y;
} CGPoint;
typedef NS_ENUM(NSInteger, NSTextAlignment) { NSTextAlignmentLeft = 0, NSTextAlignmentCenter = 1, NSTextAlignmentRight = 2 };
typedef NS_ENUM(NSInteger, UITableViewCellStyle) { UITableViewCellStyleDefault = 0, UITableViewCellStyleSubtitle = 3 };
typedef NS_ENUM(NSInteger, UIAlertControllerStyle) { UIAlertControllerStyleAlert = 1 };
typedef NS_ENUM(NSInteger, UIAlertActionStyle) { UIAlertActionStyleDefault = 0 };

@interface NSIndexPath : NSObject
@property(readonly) NSInteger row;
@end

@interface UIColor : NSObject
@property(class, readonly) UIColor *labelColor;
@property(class, readonly) UIColor *secondaryLabelColor;
@end

@interface UIImage : NSObject
@end

@interface UILabel : NSObject
@property(nullable, copy) NSString *text;
@property(nullable, strong) UIColor *textColor;
@property NSTextAlignment textAlignment;
@property NSInteger numberOfLines;
@end

@interface UITableViewCell : NSObject
- (instancetype)initWithStyle:(UITableViewCellStyle)style reuseIdentifier:(nullable NSString *)reuseIdentifier;
@property(nullable, readonly, strong) UILabel *textLabel;
@property(nullable, readonly, strong) UILabel *detailTextLabel;
@end

@interface UIContextMenuInteraction : NSObject
- (void)dismissMenu;
@end

@interface UITableView : NSObject
- (nullable __kindof UITableViewCell *)dequeueReusableCellWithIdentifier:(NSString *)identifier;
- (void)reloadData;
@property(nullable, readonly, strong) UIContextMenuInteraction *contextMenuInteraction;
@end

@interface UIMenuElement : NSObject
@end

@interface UIAction : UIMenuElement
+ (instancetype)actionWithTitle:(NSString *)title
                          image:(nullable UIImage *)image
                     identifier:(nullable NSString *)identifier
                        handler:(void (^)(UIAction *action))handler;
@end

@interface UIMenu : UIMenuElement
+ (UIMenu *)menuWithTitle:(NSString *)title children:(NSArray<UIMenuElement *> *)children;
@end

@interface UIContextMenuConfiguration : NSObject
+ (instancetype)configurationWithIdentifier:(nullable id)identifier
                            previewProvider:(id _Nullable (^_Nullable)(void))previewProvider
                             actionProvider:(UIMenu *_Nullable (^_Nullable)(NSArray<UIMenuElement *> *suggested))actionProvider;
@end

@interface UIViewController : NSObject
- (void)viewDidLoad;
- (void)presentViewController:(UIViewController *)controller
                     animated:(BOOL)animated
                   completion:(void (^_Nullable)(void))completion;
@end

@interface UITableViewController : UIViewController
@property(null_resettable, strong) UITableView *tableView;
- (NSInteger)tableView:(UITableView *)tableView numberOfRowsInSection:(NSInteger)section;
- (UITableViewCell *)tableView:(UITableView *)tableView cellForRowAtIndexPath:(NSIndexPath *)indexPath;
@end

@interface UIAlertAction : NSObject
+ (instancetype)actionWithTitle:(nullable NSString *)title
                          style:(UIAlertActionStyle)style
                        handler:(void (^_Nullable)(UIAlertAction *action))handler;
@end

@interface UIAlertController : UIViewController
+ (instancetype)alertControllerWithTitle:(nullable NSString *)title
                                 message:(nullable NSString *)message
                          preferredStyle:(UIAlertControllerStyle)style;
- (void)addAction:(UIAlertAction *)action;
@end

NS_ASSUME_NONNULL_END
