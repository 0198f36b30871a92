package dev.mainstay.node.api;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.etcd.proto.AuthGrpc;
import dev.mainstay.etcd.proto.ClusterGrpc;
import dev.mainstay.etcd.proto.ElectionGrpc;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.LeaseGrpc;
import dev.mainstay.etcd.proto.LockGrpc;
import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.WatchGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CompatibilityPageTest {

    private static final Set<ServiceDescriptor> ETCDS = Set.of(
            KVGrpc.getServiceDescriptor(),
            WatchGrpc.getServiceDescriptor(),
            LeaseGrpc.getServiceDescriptor(),
            ClusterGrpc.getServiceDescriptor(),
            MaintenanceGrpc.getServiceDescriptor(),
            AuthGrpc.getServiceDescriptor(),
            LockGrpc.getServiceDescriptor(),
            ElectionGrpc.getServiceDescriptor());

    @Test
    void pageNamesEveryRpcAndIsRightAboutIt() throws Exception {
        Set<String> known = ETCDS.stream().flatMap(CompatibilityPageTest::names).collect(toSet());
        try (ServedMember member = new ServedMember()) {
            Set<String> served = member.api.services().stream()
                    .flatMap(service -> names(service.getServiceDescriptor()))
                    .filter(known::contains)
                    .collect(toSet());

            assertThat(CompatibilityPage.rpcs().stream().map(CompatibilityPage.Rpc::method))
                    .containsExactlyInAnyOrderElementsOf(known);
            assertThat(CompatibilityPage.rpcs().stream()
                            .filter(CompatibilityPage.Rpc::served)
                            .map(CompatibilityPage.Rpc::method))
                    .containsExactlyInAnyOrderElementsOf(served);
        }
    }

    private static Stream<String> names(ServiceDescriptor service) {
        return service.getMethods().stream().map(MethodDescriptor::getFullMethodName);
    }
}
