{{- define "mainstay.name" -}}
{{- if contains "mainstay-operator" .Release.Name }}{{ .Release.Name | trunc 53 | trimSuffix "-" }}{{ else }}{{ printf "%s-mainstay-operator" .Release.Name | trunc 53 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "mainstay.account" -}}
{{- if .Values.serviceAccount.create }}{{ default (include "mainstay.name" .) .Values.serviceAccount.name }}{{ else }}{{ required "serviceAccount.name: give the account to use, or let serviceAccount.create be true" .Values.serviceAccount.name }}{{ end }}
{{- end }}

{{- define "mainstay.selector" -}}
app.kubernetes.io/name: mainstay-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "mainstay.labels" -}}
{{ include "mainstay.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- /* What the operator may do with clusters and what they are made of. Equal to kustomize/base/rbac.yaml, as a test sees to. */ -}}
{{- define "mainstay.rules" -}}
- apiGroups: [mainstay.dev]
  resources: [etcdclusters, etcdmembers]
  verbs: [get, list, watch, create, update, patch, delete]
- apiGroups: [mainstay.dev]
  resources: [etcdclusters/status, etcdclusters/finalizers, etcdmembers/status, etcdmembers/finalizers]
  verbs: [get, update, patch]
- apiGroups: [mainstay.dev]
  resources: [etcdbackups]
  verbs: [get, list, watch, create, update, patch, delete]
- apiGroups: [mainstay.dev]
  resources: [etcdbackupstores, etcdbackupschedules, etcdrestores]
  verbs: [get, list, watch, update, patch]
- apiGroups: [mainstay.dev]
  resources: [etcdbackupstores/status, etcdbackupstores/finalizers, etcdbackups/status, etcdbackups/finalizers, etcdbackupschedules/status, etcdbackupschedules/finalizers, etcdrestores/status, etcdrestores/finalizers]
  verbs: [get, update, patch]
- apiGroups: [batch]
  resources: [jobs]
  verbs: [get, list, watch, create, delete]
- apiGroups: [""]
  resources: [pods, persistentvolumeclaims, services, serviceaccounts]
  verbs: [get, list, watch, create, update, patch, delete]
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, create, update]
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list, create, update, patch, delete]
- apiGroups: [""]
  resources: [events]
  verbs: [get, create, update]
- apiGroups: [""]
  resources: [nodes]
  verbs: [get]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, create, update, patch, delete]
- apiGroups: [monitoring.coreos.com]
  resources: [podmonitors, prometheusrules]
  verbs: [get, create, update, patch, delete]
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies]
  verbs: [get, create, update, patch, delete]
- apiGroups: [mainstay.dev]
  resources: [etcdusers, etcdroles]
  verbs: [get, list, watch, update, patch]
- apiGroups: [mainstay.dev]
  resources: [etcdusers/status, etcdusers/finalizers, etcdroles/status, etcdroles/finalizers]
  verbs: [get, update, patch]
- apiGroups: [cert-manager.io]
  resources: [certificates]
  verbs: [get, create, update, patch]
{{- end }}
