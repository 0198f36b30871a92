package dev.mainstay.node.tls;

/**
 * All that a listener, and the clients of its like, need for TLS.
 *
 * @param asksClients whether clients must show a certificate that is believed
 * @param checksAddresses whether such a certificate must name the address that its owner calls from, see
 *     {@link CallerAddress}
 */
public record TlsSetup(LiveTls certificates, TlsProtocol protocol, boolean asksClients, boolean checksAddresses) {}
