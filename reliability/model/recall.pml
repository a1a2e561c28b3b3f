/* Who learns of a recall? The order of commit, presence, post and settle (docs/design.md), with crashes between any two
 * steps, as a model that Spin searches in all interleavings: reliability/model/check.sh.
 *
 * One device connects, and connects again when its line breaks. With TWO_RECALLS two messages that were there before are
 * recalled. With ANSWER the first message is an answer to the second one, which is recalled while the answer is being sent
 * with `unlessRevoked`. Otherwise one message is recalled while it is being sent. What the design forbids is planted by a
 * macro:
 *
 *   PRESENCE_BEFORE_COMMIT   who is connected is looked up before the recall is committed
 *   SETTLE_BEFORE_POST       `due` is removed before the notices are posted
 *   SETTLE_BEFORE_QUEUE      `due` is removed before the queue has those whom a post did not reach
 *   FORGET_FAILED            those whom a post did not reach are not queued at all
 *   GIVE_UP_SILENTLY         a connection that cannot be reached is given up and stays open
 *   DROP_YOUNG               a 410 removes an entry whose handshake may still run
 *   AGE_AFTER_THE_ANSWER     ... or whose handshake may have run when the post began
 *   SETTLE_WHATEVER_IS_DUE   the send's settling removes the recall's `due` too
 *   FORGET_EARLY             the client ignores a recall of a message that it has not seen
 *   SYNC_BEFORE_REGISTERING  the device reads what changed before its connection is registered
 *   CHECK_BEFORE_THE_WRITE   the answer is stored after the check that its question is not recalled, and not with it
 */

#define MESSAGES 2
#define CONNECTIONS 2
#ifndef CRASHES
#define CRASHES 2
#endif
#ifndef FAILED_POSTS
#define FAILED_POSTS 1
#endif

mtype:content = { nothing, body, tombstone };
mtype:duty = { settled, sent, revoked };
mtype:line = { unused, handshake, open, broken, closed };

/* The Messages table. */
mtype:content stored[MESSAGES];
mtype:duty due[MESSAGES];

/* The queue: whose devices must be told of a message, all of them or one connection that a post did not reach. */
bool everyone[MESSAGES];
bool owed[4]; /* of message m to connection c: owed[2 * m + c] */
bool delivering;

/* The Connections table, and API Gateway. */
bool registered[CONNECTIONS];
mtype:line line[CONNECTIONS];

/* The device: what its bubbles show, and whether it has synchronised over its present connection. */
mtype:content bubble[MESSAGES];
byte current;
bool synchronised;

byte crashes, failedPosts, functionsEnded;

/* The second message was recalled, and no answer to it was stored by then. */
bool recalledUnanswered;

#if defined(ANSWER) && !defined(CHECK_BEFORE_THE_WRITE)
#define mayBeStored (stored[0] == nothing && stored[1] != tombstone)
#else
#define mayBeStored (stored[0] == nothing)
#endif

/* A function may die between any two of its steps; each has the label `ended`. */
#define MAY_CRASH if :: atomic { crashes < CRASHES -> crashes++; goto ended } :: skip fi

/* What the client does with an event or with a message of a sync, in any order and any number of times. */
inline learn(m, what) {
  if
  :: what == tombstone ->
#ifdef FORGET_EARLY
    if
    :: bubble[m] != nothing -> bubble[m] = tombstone
    :: else
    fi
#else
    bubble[m] = tombstone
#endif
  :: what == body && bubble[m] == nothing -> bubble[m] = body
  :: else
  fi
}

inline look() {
  d_step { seen[0] = registered[0]; seen[1] = registered[1] }
}

/* One post: delivered, failed (429, 500, no answer), accepted for a line that is broken without anybody knowing, or 410.
 * A 410 removes the entry if it was over 30 s old when the post began; a handshake is over by then, done or failed. */
inline post(c, m, what) {
  if
  :: seen[c] ->
    if
    :: atomic { line[c] == open -> learn(m, what) }
    :: (line[c] == open || line[c] == broken) && failedPosts < FAILED_POSTS -> failedPosts++; failed[c] = true
    :: line[c] == broken
#ifdef DROP_YOUNG
    :: atomic { line[c] == handshake -> registered[c] = false }
#else
    :: line[c] == handshake
#endif
#ifdef AGE_AFTER_THE_ANSWER
    :: line[c] == handshake -> atomic { line[c] != handshake -> registered[c] = false }
#endif
    :: line[c] == closed
    :: atomic { line[c] == closed -> registered[c] = false }
    fi
  :: else
  fi
}

inline settle(m, what) {
  atomic {
    if
#ifdef SETTLE_WHATEVER_IS_DUE
    :: due[m] = settled
#else
    :: due[m] == what -> due[m] = settled
    :: else
#endif
    fi
  }
}

/* Step 4: the queue takes those whom a post did not reach, and then the mark is removed. */
inline queueFailed(m) {
#ifdef FORGET_FAILED
  skip
#else
  d_step { owed[2 * m] = owed[2 * m] || failed[0]; owed[2 * m + 1] = owed[2 * m + 1] || failed[1] }
#endif
}

inline queueAndSettle(m, what) {
#ifdef SETTLE_BEFORE_QUEUE
  settle(m, what);
  MAY_CRASH;
  queueFailed(m)
#else
  queueFailed(m);
  MAY_CRASH;
  settle(m, what)
#endif
}

/* What is left over of a call is forgotten, so that states which differ only in that are one. */
inline leave() {
  d_step { seen[0] = false; seen[1] = false; failed[0] = false; failed[1] = false; functionsEnded++ }
}

/* functions/send for the first message. A crash before the commit changes nothing, one behind a look or a read neither. */
proctype send() {
  bool seen[CONNECTIONS], failed[CONNECTIONS];
#ifdef CHECK_BEFORE_THE_WRITE
  if
  :: stored[1] == tombstone -> goto ended
  :: else
  fi;
#endif
  atomic {
    if
    :: mayBeStored -> stored[0] = body; due[0] = sent
    :: else -> goto ended /* recalled before it was sent: already_recalled; with ANSWER: other_message_recalled */
    fi
  };
  look();
  MAY_CRASH;
  post(0, 0, body);
  MAY_CRASH;
  post(1, 0, body);
  MAY_CRASH;
  queueAndSettle(0, sent);
ended:
  leave()
}

/* functions/revoke. For the first message it is `unsent`: it stores a tombstone where nothing is. */
proctype revoke(byte m) {
  bool seen[CONNECTIONS], failed[CONNECTIONS];
#ifdef PRESENCE_BEFORE_COMMIT
  look();
#endif
#ifdef ANSWER
  d_step { stored[m] = tombstone; due[m] = revoked; recalledUnanswered = (stored[0] == nothing) };
#else
  d_step { stored[m] = tombstone; due[m] = revoked };
#endif
#ifdef SETTLE_BEFORE_POST
  settle(m, revoked);
#endif
#ifndef PRESENCE_BEFORE_COMMIT
  look();
#endif
  MAY_CRASH;
  post(0, m, tombstone);
  MAY_CRASH;
  post(1, m, tombstone);
  MAY_CRASH;
  queueAndSettle(m, revoked);
ended:
  leave()
}

/* functions/finish, called by the stream for as long as something is due. It posts nothing: it queues the message for
 * everybody, and removes the mark. It is one step here: if it dies between the two, it is called again. */
proctype finish() {
end:
  do
  :: d_step { due[0] != settled -> everyone[0] = true; due[0] = settled }
  :: d_step { due[1] != settled -> everyone[1] = true; due[1] = settled }
  od
}

/* functions/deliver, called by the queue for as long as it holds something. It has what it takes for itself, and reads the
 * message then. A crash of it brings the same again: that is a call which begins later. */
inline deliverAll(m) {
  d_step { everyone[m] = false; delivering = true };
  what = stored[m];
  look();
  post(0, m, what);
  post(1, m, what);
  queueFailed(m);
  d_step { delivering = false; what = nothing; seen[0] = false; seen[1] = false; failed[0] = false; failed[1] = false }
}

/* A retry to one connection. If it fails, it is queued again, until it is given up: then the connection is closed, so that
 * its device connects again and synchronises. */
inline retry(c, m) {
  d_step { owed[2 * m + c] = false; delivering = true; what = stored[m]; seen[c] = true };
  post(c, m, what);
  if
  :: failed[c] ->
    if
    :: owed[2 * m + c] = true
#ifdef GIVE_UP_SILENTLY
    :: skip
#else
    :: disconnect(c)
#endif
    fi
  :: else
  fi;
  d_step { delivering = false; what = nothing; seen[c] = false; failed[c] = false }
}

inline disconnect(c) { atomic { line[c] = closed; registered[c] = false } }

proctype deliver() {
  bool seen[CONNECTIONS], failed[CONNECTIONS];
  mtype:content what = nothing;
end:
  do
  :: everyone[0] -> deliverAll(0)
  :: everyone[1] -> deliverAll(1)
  :: owed[0] -> retry(0, 0)
  :: owed[1] -> retry(1, 0)
  :: owed[2] -> retry(0, 1)
  :: owed[3] -> retry(1, 1)
  od
}

/* API Gateway finds broken lines out, and calls functions/connect for $disconnect, late or never. */
proctype gateway() {
end:
  do
  :: line[0] == broken -> line[0] = closed
  :: line[1] == broken -> line[1] = closed
  :: atomic { line[0] == closed && registered[0] -> registered[0] = false }
  :: atomic { line[1] == closed && registered[1] -> registered[1] = false }
  od
}

inline synchronise() {
  read[0] = stored[0];
  read[1] = stored[1];
  atomic { learn(0, read[0]); learn(1, read[1]); read[0] = nothing; read[1] = nothing }
}

/* A device: handshake with functions/connect in it, sync, and again whenever the line breaks. */
proctype device() {
  mtype:content read[MESSAGES];
  read[0] = nothing; read[1] = nothing;
  do
  :: current < CONNECTIONS ->
#ifdef SYNC_BEFORE_REGISTERING
    synchronise();
#endif
    line[current] = handshake;
    registered[current] = true;
    if
    :: line[current] = open;
#ifndef SYNC_BEFORE_REGISTERING
      synchronise();
#endif
      synchronised = true;
endOnline:
      if
      :: line[current] == closed
      :: current + 1 < CONNECTIONS -> line[current] = broken
      fi;
      synchronised = false
    :: current + 1 < CONNECTIONS -> line[current] = closed /* the handshake failed */
    fi;
    current++
  :: else -> break
  od
}

#define FUNCTIONS 2
#define delivered(m) (due[m] == settled && !everyone[m] && !owed[2 * m] && !owed[2 * m + 1])
#define quiet (functionsEnded == FUNCTIONS && !delivering && delivered(0) && delivered(1) && synchronised && line[current] == open)
#define knows(m) (stored[m] != tombstone || bubble[m] == tombstone)

/* G4 and G5: when nothing is under way any more, a device that is connected shows every recall. And no answer is stored
 * after the recall of its question, at any time. */
proctype told() {
end:
  if
  :: atomic { quiet && !(knows(0) && knows(1)) -> assert(false) }
  :: atomic { recalledUnanswered && stored[0] == body -> assert(false) }
  fi
}

init {
  atomic {
    due[0] = settled; due[1] = settled;
    line[0] = unused; line[1] = unused;
    stored[1] = body; bubble[1] = body;
#ifdef TWO_RECALLS
    stored[0] = body; bubble[0] = body;
    run revoke(1);
#else
    stored[0] = nothing; bubble[0] = nothing;
    run send();
#endif
#ifdef ANSWER
    run revoke(1);
#else
    run revoke(0);
#endif
    run finish(); run deliver(); run gateway(); run device(); run told()
  }
}
