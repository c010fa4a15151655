package devenv

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// initialize makes a new cluster in a directory that is empty or not there, as the user who is to run it.
func initialize(ctx context.Context, dir string, cred *syscall.Credential) error {
	initdb, err := Find("initdb")
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, initdb, "-D", dir, "-U", "postgres",
		"--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
	return runAs(cmd, cred, filepath.Dir(dir))
}

// copyCluster copies the original, which whoever comes first makes.
func copyCluster(ctx context.Context, original, dir string, cred *syscall.Credential) error {
	if err := makeOriginal(ctx, original, cred); err != nil {
		return err
	}
	return runAs(exec.CommandContext(ctx, "cp", "-a", original, dir), cred, filepath.Dir(dir))
}

// makeOriginal makes it where it is not there yet; others wait meanwhile.
func makeOriginal(ctx context.Context, original string, cred *syscall.Credential) error {
	lock, err := os.OpenFile(original+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("lock the cluster to copy: %w", err)
	}
	defer lock.Close() //nolint:errcheck // that is what gives the lock back
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("lock the cluster to copy: %w", err)
	}
	if _, err := os.Stat(original); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	making := original + ".new" // it has its name when it is whole
	if err := errors.Join(os.RemoveAll(making), os.Mkdir(making, 0o700)); err != nil {
		return fmt.Errorf("make the cluster to copy: %w", err)
	}
	if err := give(making, cred); err != nil {
		return err
	}
	if err := initialize(ctx, making, cred); err != nil {
		return err
	}
	if err := os.Rename(making, original); err != nil {
		return fmt.Errorf("make the cluster to copy: %w", err)
	}
	return nil
}

// give gives the server's user a directory.
func give(dir string, cred *syscall.Credential) error {
	if cred == nil {
		return nil
	}
	if err := os.Chown(dir, int(cred.Uid), int(cred.Gid)); err != nil {
		return fmt.Errorf("give the server its directory: %w", err)
	}
	return nil
}

// runAs runs a command as the server's user in a directory that the user can enter.
func runAs(cmd *exec.Cmd, cred *syscall.Credential, dir string) error {
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(cmd.Path), err, out)
	}
	return nil
}
