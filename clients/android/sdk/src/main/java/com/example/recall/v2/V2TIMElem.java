package com.example.recall.v2;

/** What a message consists of. A message has exactly one element. */
public abstract class V2TIMElem {
    V2TIMElem() {
    }
}
