package com.example.recall;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** Maven publishes pom.xml as it stands here. */
class PublishedPomTest {
    /**
     * An app gets these. On Android, okhttp stands for okhttp-android; had we named okhttp-jvm, an app with an OkHttp of its own would
     * have every class twice and could not be built.
     */
    @Test
    void anAppGetsTheOkHttpThatFitsItsPlatform() throws Exception {
        Document pom = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new File("pom.xml"));
        XPath path = XPathFactory.newInstance().newXPath();
        NodeList passedOn = (NodeList) path.evaluate(
                "/project/dependencies/dependency[not(scope) or scope='compile' or scope='runtime']/artifactId", pom, XPathConstants.NODESET);
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < passedOn.getLength(); i++) {
            names.add(passedOn.item(i).getTextContent());
        }
        assertEquals(Set.of("de.huxhorn.sulky.ulid", "gson", "okhttp"), names);
    }
}
