package main

import (
	"fmt"
	"os"

	"github.com/odoobridge/odoobridge/internal/config"
)

// configPlaces are looked at in turn when nobody names the file.
var configPlaces = []string{"odoobridge.yaml", "/etc/odoobridge/odoobridge.yaml"}

// loadConfig reads the configuration; every verb that needs one begins here.
func (a *app) loadConfig() (*config.Config, error) {
	if err := config.CheckEnvironment(os.Environ()); err != nil {
		return nil, err
	}
	path, err := a.findConfig()
	if err != nil {
		return nil, err
	}
	c, err := config.Load(path, a.env)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// findConfig is the file named by flag or environment, else the first that
// exists, else none when the environment alone may do.
func (a *app) findConfig() (string, error) {
	if a.configPath != "" {
		return a.configPath, nil
	}
	if path, set := a.env(config.EnvConfig); set && path != "" {
		return path, nil
	}
	for _, path := range configPlaces {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	if _, set := a.env("ODOOBRIDGE_POSTGRES_DSN"); set {
		return "", nil
	}
	return "", usage(fmt.Errorf("there is no configuration: looked for %s and %s; name it with --config", configPlaces[0], configPlaces[1]))
}
