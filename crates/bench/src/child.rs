//! A process that is measured: started, listened to, killed.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use crate::{Failed, measure};

/// How long a process may take to say what is waited for.
const PATIENCE: Duration = Duration::from_secs(1_800);

/// A process that is killed when it is dropped. Its standard error is ours.
#[derive(Debug)]
pub(crate) struct Child {
    process: std::process::Child,
    printed: Receiver<String>,
}

impl Child {
    /// Starts a command.
    pub(crate) fn start(mut command: Command) -> Result<Self, Failed> {
        let shown = format!("{}", command.get_program().display());
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(|error| format!("{shown}: {error}"))?;
        let out = process.stdout.take().ok_or("standard output is not piped")?;
        let (print, printed) = channel();
        // Read to the end, whoever still listens, so that the process never waits for us.
        thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                // Nobody listens any more once the child is dropped.
                let _ = print.send(line);
            }
        });
        Ok(Self { process, printed })
    }

    /// Starts a part of this very program.
    pub(crate) fn part(part: &str, arguments: &[&str]) -> Result<Self, Failed> {
        let mut command = Self::part_command(part)?;
        command.args(arguments);
        Self::start(command)
    }

    /// The command that starts a part of this very program, to be completed.
    pub(crate) fn part_command(part: &str) -> Result<Command, Failed> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["part", part]);
        Ok(command)
    }

    /// Waits for a line with this in it, and returns what stands behind it.
    pub(crate) fn line_with(&self, mark: &str) -> Result<String, Failed> {
        loop {
            let line = self.printed.recv_timeout(PATIENCE).map_err(|_| format!("it ended without saying `{mark}`"))?;
            if let Some((_, rest)) = line.split_once(mark) {
                return Ok(rest.trim().to_owned());
            }
        }
    }

    /// Waits until it has ended by itself, and well.
    pub(crate) fn finished(mut self) -> Result<(), Failed> {
        let status = self.process.wait()?;
        if status.success() { Ok(()) } else { Err(format!("a part of the bench failed: {status}").into()) }
    }

    /// Its id.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The most memory it has had resident so far, in bytes.
    pub(crate) fn peak_bytes(&self) -> Result<u64, Failed> {
        measure::peak_bytes(Some(self.pid()))
    }

    /// Kills it at once, as a power cut would (`SIGKILL`).
    pub(crate) fn kill9(&mut self) -> Result<(), Failed> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.kill9();
    }
}
