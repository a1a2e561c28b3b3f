import java.io.IOException;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;

/**
 * ElasticMQ that can take a free port and ends with its parent.
 *
 * <p>Arguments: address, port (0 = free), region, account ID. Prints "ready PORT".
 */
public final class LoopbackServer {
    public static void main(String[] arguments) {
        Thread parent = new Thread(LoopbackServer::endWithParent, "parent");
        parent.setDaemon(true);
        parent.start();
        try {
            SQSRestServer server = SQSRestServerBuilder.withInterface(arguments[0])
                    .withPort(Integer.parseInt(arguments[1]))
                    .withAWSRegion(arguments[2])
                    .withAWSAccountId(arguments[3])
                    .start();
            System.out.println("ready " + server.waitUntilStarted().localAddress().getPort());
        } catch (Throwable e) {
            System.out.println("failed " + e + (e.getCause() == null ? "" : ": " + e.getCause()));
            Runtime.getRuntime().halt(1);
        }
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
