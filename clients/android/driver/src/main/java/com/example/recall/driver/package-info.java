/** Lets the conformance runner drive the Android client: commands as JSON lines in, results and callbacks as JSON lines out. */
package com.example.recall.driver;
