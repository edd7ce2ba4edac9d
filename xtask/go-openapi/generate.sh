#!/usr/bin/env bash
# Prints the schemas of Kubernetes' API types, made by its own generator; needs Go. `cargo xtask openapi FILE` reduces them.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp go.mod go.sum main.go "$work"
cd "$work"
api=$(go list -m -f '{{.Dir}}' k8s.io/api)
mapfile -t packages < <(cd "$api" && find . -name register.go -path './*/v*' -not -path '*/v*alpha*' -not -path '*/v*beta*' |
    sed 's|^\./|k8s.io/api/|; s|/register.go$||' | sort)
packages+=(
    k8s.io/apimachinery/pkg/apis/meta/v1
    k8s.io/apimachinery/pkg/runtime
    k8s.io/apimachinery/pkg/version
    k8s.io/apimachinery/pkg/util/intstr
    k8s.io/apimachinery/pkg/api/resource
    k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1
    k8s.io/kube-aggregator/pkg/apis/apiregistration/v1
)
: >header.txt
mkdir generated
go run -mod=mod k8s.io/kube-openapi/cmd/openapi-gen --output-dir generated --output-pkg lookglass.example/go-openapi/generated \
    --output-file generated.go --go-header-file header.txt --report-filename report.txt "${packages[@]}" >&2
go run -mod=mod .
