#import "MessageListViewController.h"

@implementation MessageListViewController {
    MessageListScreen *_screen;
    NSArray<MessageRow *> *_rows;
}

- (instancetype)initWithManager:(V2TIMManager *)manager conversationID:(NSString *)conversationID {
    if ((self = [super init])) {
        _screen = [[MessageListScreen alloc] initWithManager:manager conversationID:conversationID view:self];
    }
    return self;
}

- (void)viewDidLoad {
    [super viewDidLoad];
    [_screen open];
}

- (void)send:(NSString *)text {
    [_screen send:text inReplyTo:nil];
}

// The screen and its view hold each other until here.
- (void)close {
    [_screen close];
    _screen = nil;
}

- (NSInteger)tableView:(UITableView *)tableView numberOfRowsInSection:(NSInteger)section {
    return (NSInteger)_rows.count;
}

- (UITableViewCell *)tableView:(UITableView *)tableView cellForRowAtIndexPath:(NSIndexPath *)indexPath {
    UITableViewCell *cell = [tableView dequeueReusableCellWithIdentifier:@"row"];
    if (cell == nil) cell = [[UITableViewCell alloc] initWithStyle:UITableViewCellStyleSubtitle reuseIdentifier:@"row"];
    MessageRow *row = _rows[(NSUInteger)indexPath.row];
    cell.textLabel.numberOfLines = 0;
    cell.textLabel.text = row.text;
    cell.textLabel.textColor = row.isRevoked ? UIColor.secondaryLabelColor : UIColor.labelColor;
    cell.textLabel.textAlignment =
        row.isRevoked ? NSTextAlignmentCenter : row.isSelf ? NSTextAlignmentRight : NSTextAlignmentLeft;
    cell.detailTextLabel.text = row.isEditable ? @"Tap to edit again" : row.quote;
    return cell;
}

- (void)tableView:(UITableView *)tableView didSelectRowAtIndexPath:(NSIndexPath *)indexPath {
    [_screen editAgain:_rows[(NSUInteger)indexPath.row].msgID];
}

// A window that has ended since the rows were drawn is explained by a notice.
- (UIContextMenuConfiguration *)tableView:(UITableView *)tableView
    contextMenuConfigurationForRowAtIndexPath:(NSIndexPath *)indexPath
                                        point:(CGPoint)point {
    MessageRow *row = _rows[(NSUInteger)indexPath.row];
    if (!row.isRecallable) return nil;
    MessageListScreen *screen = _screen;
    UIAction *recall = [UIAction actionWithTitle:@"Recall" image:nil identifier:nil
                                         handler:^(UIAction *action) { [screen recall:row.msgID]; }];
    return [UIContextMenuConfiguration configurationWithIdentifier:row.msgID previewProvider:nil
        actionProvider:^UIMenu *(NSArray<UIMenuElement *> *suggested) { return [UIMenu menuWithTitle:@"" children:@[ recall ]]; }];
}

- (void)showRows:(NSArray<MessageRow *> *)rows {
    [NSOperationQueue.mainQueue addOperationWithBlock:^{
        self->_rows = rows;
        [self.tableView reloadData];
    }];
}

- (void)showNotice:(NSString *)text {
    [NSOperationQueue.mainQueue addOperationWithBlock:^{
        UIAlertController *alert = [UIAlertController alertControllerWithTitle:nil message:text
                                                                preferredStyle:UIAlertControllerStyleAlert];
        [alert addAction:[UIAlertAction actionWithTitle:@"OK" style:UIAlertActionStyleDefault handler:nil]];
        [self presentViewController:alert animated:YES completion:nil];
    }];
}

- (void)putIntoInput:(NSString *)text {
    [NSOperationQueue.mainQueue addOperationWithBlock:^{
        if (self.input) self.input(text);
    }];
}

- (void)closeMenuOf:(NSString *)msgID {
    [NSOperationQueue.mainQueue addOperationWithBlock:^{ [self.tableView.contextMenuInteraction dismissMenu]; }];
}

@end
