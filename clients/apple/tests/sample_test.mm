// Two people look at the same conversation on the local stack, each on a screen of their own.
#import "../sample/MessageListScreen.h"
#import "phone.h"

// Writes down what it is to show.
@interface Paper : NSObject <MessageListView> {
@public
    recall::test::Happenings shown;

@private
    NSArray *_rows;
}
// Of the newest drawing, oldest first.
@property(atomic, retain) NSArray *rows;
@end

@implementation Paper
@synthesize rows = _rows;

- (void)showRows:(NSArray *)rows {
    self.rows = rows;
    std::string words;
    for (MessageRow *row in rows) {
        if (!words.empty()) words += "\n";
        words += row.isRevoked ? "- " : row.isSelf ? "> " : "< ";
        if (row.quote) words += "[" + recall::test::plain(row.quote) + "] ";
        words += recall::test::plain(row.text);
        if (row.isRecallable) words += " [Recall]";
        if (row.isEditable) words += " [Edit again]";
    }
    shown.add(words);
}
- (void)showNotice:(NSString *)text {
    shown.add("notice: " + recall::test::plain(text));
}
- (void)putIntoInput:(NSString *)text {
    shown.add("input: " + recall::test::plain(text));
}
- (void)closeMenuOf:(NSString *)msgID {
    shown.add("menu closed");
}
- (void)dealloc {
    [_rows release];
    [super dealloc];
}
@end

namespace recall::test {
namespace {

class Screen {
public:
    Screen(const std::string& user, const std::string& conversation) : phone_(user) {
        EXPECT_EQ(phone_.login(), "success");
        screen = [[MessageListScreen alloc] initWithManager:phone_.manager conversationID:object(conversation) view:paper_];
        [screen open];
        EXPECT_EQ(next(), "");
    }
    ~Screen() {
        [screen close];
        [screen release];
        [paper_ release];
    }

    std::string next() { return paper_->shown.next(); }
    NSArray *rows() { return paper_.rows; }
    NSString *newest() { return [[rows() lastObject] msgID]; }
    void send(const std::string& text) { [screen send:object(text) inReplyTo:nil]; }
    void longPressAndRecallNewest() { [screen recall:newest()]; }

    MessageListScreen *screen;

private:
    Paper *paper_ = [[Paper alloc] init];
    Phone phone_;
};

class Sample : public testing::Test {
protected:
    void TearDown() override { [pool_ drain]; }

    NSAutoreleasePool *pool_ = [[NSAutoreleasePool alloc] init];
};

// A conversation of its own, by its number.
template <int number>
class InPrivate : public Sample {
protected:
    const std::string suffix = std::to_string(number);
    Screen alice{prefixed("alice-" + suffix), "c2c_" + prefixed("bob-" + suffix)},
        bob{prefixed("bob-" + suffix), "c2c_" + prefixed("alice-" + suffix)};
};
using AChat = InPrivate<1>;
using AnotherChat = InPrivate<2>;

// alice owns the group, bob is a member.
template <int number>
class InAGroup : public Sample {
protected:
    const std::string suffix = std::to_string(number), team = "group_" + prefixed("team-" + suffix);
    Screen alice{prefixed("alice-" + suffix), team}, bob{prefixed("bob-" + suffix), team};
};
using AGroup = InAGroup<3>;
using AnotherGroup = InAGroup<4>;
using AGroupWithoutRecall = InAGroup<5>;  // test.sh sets its window to 0

}  // namespace

TEST_F(AChat, ALongPressRecallsAndBothBubblesBecomeALine) {
    alice.send("secret");
    EXPECT_EQ(alice.next(), "> secret [Recall]");
    EXPECT_EQ(bob.next(), "< secret");
    alice.longPressAndRecallNewest();
    EXPECT_EQ(alice.next(), "- You recalled a message [Edit again]");
    EXPECT_EQ(bob.next(), "menu closed");
    EXPECT_EQ(bob.next(), "- Message recalled");
    [alice.screen editAgain:alice.newest()];
    EXPECT_EQ(alice.next(), "input: secret");
    [bob.screen close];
    [bob.screen open];
    EXPECT_EQ(bob.next(), "- Message recalled") << "when the screen is opened again";
}

TEST_F(AnotherChat, AQuoteGoesWithItsMessage) {
    alice.send("secret");
    EXPECT_EQ(alice.next(), "> secret [Recall]");
    EXPECT_EQ(bob.next(), "< secret");
    [bob.screen send:@"why?" inReplyTo:bob.newest()];
    EXPECT_EQ(bob.next(), "< secret\n> [secret] why? [Recall]");
    EXPECT_EQ(alice.next(), "> secret [Recall]\n< [secret] why?");
    [alice.screen recall:[[alice.rows() objectAtIndex:0] msgID]];
    EXPECT_EQ(alice.next(), "- You recalled a message [Edit again]\n< [Message recalled] why?");
    EXPECT_EQ(bob.next(), "menu closed");
    EXPECT_EQ(bob.next(), "- Message recalled\n> [Message recalled] why? [Recall]");
}

TEST_F(AGroup, AModeratorsRecallSaysWhoseMessageItWas) {
    bob.send("spam");
    EXPECT_EQ(bob.next(), "> spam [Recall]");
    EXPECT_EQ(alice.next(), "< spam");
    alice.longPressAndRecallNewest();
    EXPECT_EQ(alice.next(), "- You recalled a message of " + prefixed("bob-" + suffix));
    EXPECT_EQ(bob.next(), "menu closed");
    EXPECT_EQ(bob.next(), "- " + prefixed("alice-" + suffix) + " recalled a message of yours");
}

TEST_F(AGroupWithoutRecall, WhereTheWindowIsOffNoRecallIsOfferedAndOneIsExplained) {
    bob.send("for good");
    EXPECT_EQ(bob.next(), "> for good");
    EXPECT_EQ(alice.next(), "< for good");
    bob.longPressAndRecallNewest();
    EXPECT_EQ(bob.next(), "notice: Too late: this message can no longer be recalled");
}

TEST_F(AnotherGroup, AMembersRecallOfAnothersMessageIsExplained) {
    alice.send("rules");
    EXPECT_EQ(alice.next(), "> rules [Recall]");
    EXPECT_EQ(bob.next(), "< rules");
    bob.longPressAndRecallNewest();
    EXPECT_EQ(bob.next(), "notice: Only its sender or a moderator can recall this message");
}

}  // namespace recall::test
