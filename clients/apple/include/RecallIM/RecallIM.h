// The Objective-C interface of Recall, shaped like V2TIM.
#import <RecallIM/V2TIMDefine.h>
#import <RecallIM/V2TIMListener.h>
#import <RecallIM/V2TIMManager+APNS.h>
#import <RecallIM/V2TIMManager+Completion.h>
#import <RecallIM/V2TIMManager+Conversation.h>
#import <RecallIM/V2TIMManager+Message.h>
#import <RecallIM/V2TIMManager.h>
#import <RecallIM/V2TIMMessage.h>
