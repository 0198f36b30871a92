package dev.mainstay.embed;

import dev.mainstay.node.server.settings.BadSettingException;
import dev.mainstay.node.server.settings.Invocation;
import dev.mainstay.node.server.settings.NodeSettings;
import dev.mainstay.node.server.settings.SettingsReader;
import java.util.List;
import java.util.Map;

/**
 * What a member is each time it starts, and the ports that are kept for it in between.
 *
 * @param folder of its data
 */
record MemberPlan(NodeSettings settings, DataFolder folder, List<HeldPort> ports) {

    private static final System.Logger LOG = System.getLogger(MemberPlan.class.getName());

    MemberPlan {
        ports = List.copyOf(ports);
    }

    /** @throws EmbedException with the one line that says what is wrong with the flags */
    static NodeSettings settings(List<String> arguments) {
        try {
            if (new SettingsReader("").read(arguments, Map.of()) instanceof Invocation.Run run) {
                run.warnings().forEach(warning -> LOG.log(System.Logger.Level.WARNING, warning));
                return run.settings();
            }
        } catch (BadSettingException e) {
            throw new EmbedException(String.valueOf(e.getMessage()), e);
        }
        throw new EmbedException("these flags start no member: " + arguments);
    }

    /** Gives back what the plan holds. The member must have stopped, and doesn't start again. */
    void discard() {
        ports.forEach(HeldPort::close);
        folder.discard();
    }
}
