// GNUstep's headers ask for this one of another Objective-C runtime; with gcc's the blocks runtime has it.
#pragma once
#include <Block.h>
