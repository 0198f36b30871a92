package dev.mainstay.node.storage;

/** A key of a table with its value. The arrays are not to be written to. */
@SuppressWarnings("ArrayRecordComponent") // passed from reader to decoder, never compared
public record Entry(byte[] key, byte[] value) {}
