package dev.mainstay.operator.member;

/**
 * What the operator shows members and whom it believes.
 *
 * @param authorities certificates of the authorities, PEM; empty for those that everybody believes
 * @param certificate its own certificate, PEM; empty for none
 * @param key its own key, PEM; empty for none
 */
public record ClientIdentity(String authorities, String certificate, String key) {

    /** Says nothing of the key. */
    @Override
    public String toString() {
        return "ClientIdentity[" + certificate.length() + " characters]";
    }
}
