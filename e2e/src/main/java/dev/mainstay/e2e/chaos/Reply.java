package dev.mainstay.e2e.chaos;

import dev.mainstay.e2e.linear.Answer;

/**
 * What came back.
 *
 * @param member the id of the member that answered
 * @param answer what it said
 */
record Reply(long member, Answer answer) {}
