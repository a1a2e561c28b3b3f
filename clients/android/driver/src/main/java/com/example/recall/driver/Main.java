package com.example.recall.driver;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonSyntaxException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Reads commands until {@code quit} or the end of input. */
public final class Main {
    private Main() {
    }

    public static void main(String[] arguments) throws IOException {
        PrintStream standardOutput = new PrintStream(System.out, true, "UTF-8");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Output output = new Output(standardOutput);
        Driver driver = new Driver(output);
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            JsonObject command = parse(line);
            if (command == null) {
                System.err.println("not a JSON object: a line of " + line.length() + " characters");
            } else if (!driver.run(command)) {
                break;
            }
        }
        // The transport's threads would keep the process for a minute.
        System.exit(0);
    }

    private static JsonObject parse(String line) {
        try {
            return JsonParser.parseString(line).getAsJsonObject();
        } catch (JsonSyntaxException | IllegalStateException malformed) {
            return null;
        }
    }
}
