package dev.mainstay.e2e.differential;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;

/**
 * One step of a sequence, with symbolic revisions. Its text form is one line of a script: kind, stream, request in
 * protobuf's text format. {@code PUT 0 key: "a" value: "b"} asks the first member, {@code PUT 0@2 key: "a"} the third,
 * {@code PUT 0@2+ann key: "a"} as the caller {@code ann}.
 *
 * @param kind what is done
 * @param stream which watch stream, 0 for everything else
 * @param member which member is asked, modulo their number; a watch stream has a member of its own
 * @param caller who asks, see {@link Callers}; empty for nobody
 * @param request the request, of the kind's type
 */
public record Step(StepKind kind, int stream, int member, String caller, Message request) {
    /** A step that is no message on a watch stream, for the first member. */
    public static Step of(StepKind kind, Message request) {
        return new Step(kind, 0, 0, "", request);
    }

    /** A message on a watch stream. */
    static Step onStream(StepKind kind, int stream, Message request) {
        return new Step(kind, stream, 0, "", request);
    }

    /** The same for another member. */
    Step at(int otherMember) {
        return new Step(kind, stream, otherMember, caller, request);
    }

    /** The same, asked by somebody else. */
    Step as(String otherCaller) {
        return new Step(kind, stream, member, otherCaller, request);
    }

    /** The same with another request of its kind. */
    Step with(Message otherRequest) {
        return new Step(kind, stream, member, caller, otherRequest);
    }

    /** Reads one line of a script. */
    public static Step parse(String line) {
        String[] parts = line.strip().split(" ", 3);
        StepKind kind = StepKind.valueOf(parts[0]);
        Message.Builder request = kind.prototype().newBuilderForType();
        try {
            TextFormat.merge(parts.length > 2 ? parts[2] : "", request);
        } catch (TextFormat.ParseException e) {
            throw new IllegalArgumentException("not a step: " + line, e);
        }
        String[] caller = parts[1].split("\\+", 2);
        String[] place = caller[0].split("@", 2);
        return new Step(
                kind,
                Integer.parseInt(place[0]),
                place.length > 1 ? Integer.parseInt(place[1]) : 0,
                caller.length > 1 ? caller[1] : "",
                request.build());
    }

    @Override
    public String toString() {
        return (kind + " " + stream + (member == 0 ? "" : "@" + member) + (caller.isEmpty() ? "" : "+" + caller) + " "
                        + TextFormat.printer().emittingSingleLine(true).printToString(request))
                .strip();
    }
}
