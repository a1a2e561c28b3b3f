ANSWER = "you said "
