package main

import (
	"io"

	"k8s.io/apimachinery/pkg/runtime"
)

func writeFields(out io.Writer, all *runtime.Scheme) {}
