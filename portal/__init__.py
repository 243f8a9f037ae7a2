"""Room four: shows the archive to readers, as a Datasette plugin."""
