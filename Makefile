# Mainstay. `make help` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/sh

HOME_DIR  := node/target/mainstay
LAUNCHER  := $(HOME_DIR)/bin/mainstay
SOURCES   := $(shell find pom.xml node/pom.xml node/src/main -type f)
DATA_DIR  ?= ./data
CLUSTER_DIR ?= ./data-cluster
COMMIT    := $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
MVN       := scripts/mvn25 -Dmainstay.commit=$(COMMIT)

.PHONY: help run cluster test docs simulate fuzz dist differential kubernetes crash-test chaos bench failover rejoin migrate-bench round-trip backup-bench pitr-test images \
  format clean peers

help: ## List the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

run: $(LAUNCHER) ## Build what is missing and start one member on 127.0.0.1:2379, its data in ./data (or DATA_DIR)
	@scripts/run-member "$(LAUNCHER)" "$(DATA_DIR)"

cluster: $(LAUNCHER) ## The same with three members, on 2379, 22379 and 32379, their data in ./data-cluster (or CLUSTER_DIR)
	@scripts/run-cluster "$(LAUNCHER)" "$(CLUSTER_DIR)"

dist: $(LAUNCHER) ## Build the distribution, node/target/mainstay

$(LAUNCHER): $(SOURCES)
	@$(MVN) -q -pl node -am package -DskipTests -Dspotless.check.skip
	@touch $@

peers:
	@e2e/bin/peers.sh
	@e2e/bin/clients.sh
	@e2e/bin/promtool.sh
	@e2e/bin/kubectl.sh

test: peers ## Set up what the tests need and run every test
	@$(MVN) verify

docs: ## Write docs/configuration.md and docs/api-reference.md anew, from flags and types
	@$(MVN) -q -pl node test -Dtest=ConfigurationPageTest -Dsurefire.failIfNoSpecifiedTests=false -Ddocs.write=true
	@$(MVN) -q -pl crds test -Dtest=ApiReferenceTest -Dsurefire.failIfNoSpecifiedTests=false -Ddocs.write=true

simulate: ## Simulated clusters in virtual time, 50,000 schedules or SCHEDULES; SEED=42 runs just that one
	@$(MVN) -q -pl node test -Dtest='SimulationTest#nothingBreaksWhateverHappens' \
		-Dsimulation.schedules=$(or $(SCHEDULES),50000) $(if $(FIRST),-Dsimulation.first=$(FIRST)) \
		$(if $(SEED),-Dsimulation.seed=$(SEED))

fuzz: ## Each decoder under a coverage-guided fuzzer, for 10 minutes or MINUTES
	@$(MVN) -q -pl node test -Dtest=FuzzingTest -Dsurefire.failIfNoSpecifiedTests=false \
		-Dfuzz.seconds=$$(( $(or $(MINUTES),10) * 60 ))

differential: peers dist ## A million random operations each of GAMES=keys,auth,recipes,gateway, compared with a real etcd (OPERATIONS, MEMBERS=3, SEED)
	@$(MVN) -pl e2e verify -Dgroups=differential -Ddifferential.operations=$(or $(OPERATIONS),1000000) \
		-Ddifferential.members=$(or $(MEMBERS),1) $(if $(GAMES),-Ddifferential.game=$(GAMES)) \
		$(if $(SEED),-Ddifferential.seed=$(SEED))

kubernetes: peers dist ## A control plane's traffic, 50,000 objects and 1,000 watchers, on etcd and Mainstay in turn (KUBERNETES_ARGS)
	@HEAP=1g e2e/bin/run kubernetes.KubernetesBench $(KUBERNETES_ARGS)

crash-test: peers dist ## 500 times kill -9 under load, nothing acknowledged may be missing (an hour)
	@$(MVN) -pl e2e verify -Dgroups=crash -Dcrash.kills=$(or $(KILLS),500)

chaos: peers dist ## Everything goes wrong around clusters of 3 and 5 for 30 min (DURATION, SEED, CHAOS_ARGS="--program=etcd")
	@HEAP=2g e2e/bin/run chaos.Chaos --minutes=$(or $(DURATION),30) $(if $(SEED),--seed=$(SEED)) $(CHAOS_ARGS)

bench: peers dist ## The same load on a real etcd and on Mainstay, in turn, and a table of both (MEMBERS=3)
	@e2e/bench/run --members=$(or $(MEMBERS),1) $(BENCH_ARGS)

failover: peers dist ## How long writes stop when the leader goes, on etcd and Mainstay (KILLS=100, FAILOVER_ARGS="--stops=10")
	@e2e/bin/run bench.FailoverBench --kills=$(or $(KILLS),100) $(FAILOVER_ARGS)

rejoin: peers dist ## How a member with an empty disk, or long down, comes back under writes (KEYS=1000000, REJOIN_ARGS)
	@e2e/bin/run bench.RejoinBench --keys=$(or $(KEYS),1000000) $(REJOIN_ARGS)

migrate-bench: peers dist ## Move a live etcd with 200,000 keys into Mainstay, and how long writes stand still (KEYS, MEMBERS=3, MIGRATE_ARGS)
	@e2e/bin/run migration.MigrationBench --keys=$(or $(KEYS),200000) --members=$(or $(MEMBERS),1) $(MIGRATE_ARGS)

round-trip: peers dist ## From a large, worn etcd into Mainstay and back, every key compared (KEYS=1000000, ROUND_TRIP_ARGS="--seed=2")
	@HEAP=1g e2e/bin/run roundtrip.RoundTrip --keys=$(or $(KEYS),1000000) $(ROUND_TRIP_ARGS)

backup-bench: peers dist ## What puts take beside backups, the archive, and etcd's snapshots (KEYS, MEMBERS=3, BACKUP_ARGS="--seconds=20")
	@HEAP=1g e2e/bin/run bench.BackupBench --keys=$(or $(KEYS),200000) --members=$(or $(MEMBERS),1) $(BACKUP_ARGS)

pitr-test: peers dist ## Restores to 50 random revisions and 50 random times, and 20 kills of the leader that ships (TARGETS, KILLS)
	@$(MVN) -q -pl node test -Dtest=ArchiveToolTest -Dsurefire.failIfNoSpecifiedTests=false -Darchive.targets=$(or $(TARGETS),50)
	@$(MVN) -pl e2e verify -Dit.test=ArchiveE2E -Dtest=NoneSuch -Dfailsafe.failIfNoSpecifiedTests=false \
		-Dsurefire.failIfNoSpecifiedTests=false -Darchive.kills=$(or $(KILLS),20) -Darchive.targets=10

SCENARIOS := $(MVN) -pl e2e verify -Dgroups=operator -De2e.excludedGroups=none $(if $(SCENARIO),-Dit.test=$(SCENARIO) -Dfailsafe.failIfNoSpecifiedTests=false)

.PHONY: e2e
e2e: ## The operator's scenarios on the Kubernetes of KUBECONFIG, or on one that KUBERNETES_KIT starts here (SCENARIO=HealE2E)
ifdef KUBERNETES_KIT
	@$(MAKE) images
	@e2e/bin/on-kit $(SCENARIOS)
else
	@test -n "$$KUBECONFIG" || { echo "make e2e: set KUBECONFIG, or KUBERNETES_KIT (see docs/operator.md)" >&2; exit 1; }
	@$(SCENARIOS)
endif

SBOM := org.cyclonedx:cyclonedx-maven-plugin:2.9.1:makeBom -DoutputFormat=json

images: dist ## Images of node and operator, as OCI archives below target/images (ARCH=arm64 JDK_ARM64=...)
	@$(MVN) -q -pl node $(SBOM)
	@$(MVN) -q -pl crds,operator package $(SBOM) -DskipTests -Dspotless.check.skip
	@scripts/images $(ARCH)

KUBECTL ?= kubectl
.PHONY: manifests install deploy undeploy run-operator

manifests: ## Write the definitions of the custom resources anew from their types
	@$(MVN) -q -pl crds test -Dtest=ManifestsTest -Dmanifests.write=true

install: ## Install the custom resources into the Kubernetes cluster of the current context
	@$(KUBECTL) apply --server-side -k crds/manifests

deploy: ## Install the custom resources and the operator, whose images the cluster must know (OVERLAY)
	@$(KUBECTL) apply --server-side -k kustomize/overlays/$(or $(OVERLAY),cluster-wide)

undeploy: ## Take the operator away again; definitions, clusters and their data stay
	@$(KUBECTL) kustomize kustomize/overlays/$(or $(OVERLAY),cluster-wide) \
		| awk 'BEGIN { RS = "---\n"; ORS = "---\n" } !/kind: CustomResourceDefinition/ && !/kind: Namespace/' \
		| $(KUBECTL) delete --ignore-not-found -f -

run-operator: ## Run the operator here against the current context (NODE_IMAGE); it must reach the pods' addresses
	@$(MVN) -q -pl crds,operator package -DskipTests -Dspotless.check.skip
	@"$$(scripts/jdk25)/bin/java" -jar operator/target/quarkus-app/quarkus-run.jar --node-image=$(or $(NODE_IMAGE),mainstay/node)

format: ## Format every source file
	@$(MVN) -q spotless:apply

clean: ## Remove what was built (not the data)
	@rm -rf target */target
