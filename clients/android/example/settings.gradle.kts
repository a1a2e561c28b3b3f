// The example as a Gradle project of its own. It needs Google's Maven repository, which has the Android plugin.
pluginManagement {
    repositories {
        google()
        mavenCentral()
    }
}

dependencyResolutionManagement {
    repositories {
        mavenLocal() // has recall-android after `mvn install` in the folder above
        google()
        mavenCentral()
    }
}

rootProject.name = "recall-example"
