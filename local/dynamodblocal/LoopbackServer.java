import java.io.IOException;
import java.lang.reflect.Field;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.ServerRunner;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;

/**
 * DynamoDB Local that listens on one address only, can take a free port, and ends with its parent.
 *
 * <p>Its own main class always binds to every interface. Arguments: address, port (0 = free), then its own options. Prints
 * "ready PORT".
 */
public final class LoopbackServer {
    public static void main(String[] arguments) throws Exception {
        String[] options = new String[arguments.length - 2];
        System.arraycopy(arguments, 2, options, 0, options.length);
        DynamoDBProxyServer proxy = ServerRunner.createServerFromCommandLineArgs(options);
        Field field = DynamoDBProxyServer.class.getDeclaredField("server");
        field.setAccessible(true);
        ServerConnector connector = (ServerConnector) ((Server) field.get(proxy)).getConnectors()[0];
        connector.setHost(arguments[0]);
        connector.setPort(Integer.parseInt(arguments[1]));
        Thread parent = new Thread(LoopbackServer::endWithParent, "parent");
        parent.setDaemon(true);
        parent.start();
        try {
            proxy.safeStart();
        } catch (IOException e) {
            System.out.println("failed " + e.getMessage() + (e.getCause() == null ? "" : ": " + e.getCause().getMessage()));
            Runtime.getRuntime().halt(1);
        }
        System.out.println("ready " + connector.getLocalPort());
    }

    /** Standard input is a pipe that nobody writes to: its end means that the parent is gone. */
    private static void endWithParent() {
        try {
            while (System.in.read() >= 0) {
            }
        } catch (IOException e) {
            // The pipe is broken, which means the same.
        }
        Runtime.getRuntime().halt(0);
    }
}
