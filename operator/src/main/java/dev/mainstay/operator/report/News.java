package dev.mainstay.operator.report;

/**
 * Something about an object that people should hear of: an event.
 *
 * @param warning whether somebody may have to do something
 * @param reason one word in CamelCase
 * @param message a sentence
 */
public record News(boolean warning, String reason, String message) {}
