/** Tencent's error numbers, where code that was written for V2TIM looks for them. */
package com.example.recall;
