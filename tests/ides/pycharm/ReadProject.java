import com.intellij.openapi.util.JDOMExternalizerUtil;
import com.intellij.openapi.util.JDOMUtil;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdom.Element;
import org.jetbrains.jps.model.JpsDummyElement;
import org.jetbrains.jps.model.JpsElementFactory;
import org.jetbrains.jps.model.JpsProject;
import org.jetbrains.jps.model.JpsSimpleElement;
import org.jetbrains.jps.model.ex.JpsElementTypeBase;
import org.jetbrains.jps.model.ex.JpsElementTypeWithDummyProperties;
import org.jetbrains.jps.model.module.JpsDependencyElement;
import org.jetbrains.jps.model.module.JpsModule;
import org.jetbrains.jps.model.module.JpsModuleSourceRoot;
import org.jetbrains.jps.model.module.JpsModuleType;
import org.jetbrains.jps.model.runConfiguration.JpsRunConfigurationType;
import org.jetbrains.jps.model.runConfiguration.JpsTypedRunConfiguration;
import org.jetbrains.jps.model.serialization.JpsModelSerializerExtension;
import org.jetbrains.jps.model.serialization.JpsSerializationManager;
import org.jetbrains.jps.model.serialization.module.JpsModulePropertiesSerializer;
import org.jetbrains.jps.model.serialization.runConfigurations.JpsRunConfigurationPropertiesSerializer;

/**
 * Opens a folder as JetBrains' own code opens a project, and prints as JSON what it found there.
 *
 * <p>Modules, roots, exclusions and run configurations are found, read and their macros expanded by the project model of the
 * IntelliJ platform. What PyCharm's plugin adds to it is not among Debian's packages and stands here: the type of a Python
 * module, and which options a Python run configuration has. The options are read as PyCharm reads them, one by one, through the
 * platform's JDOMExternalizerUtil; whatever else a file holds is reported as `unread`.
 */
public final class ReadProject {
  static final class PythonModule extends JpsElementTypeWithDummyProperties implements JpsModuleType<JpsDummyElement> {
    static final PythonModule TYPE = new PythonModule();
  }

  static final class PythonRun extends JpsElementTypeBase<JpsSimpleElement<Element>>
      implements JpsRunConfigurationType<JpsSimpleElement<Element>> {
    static final PythonRun TYPE = new PythonRun();
  }

  /** What a plugin for Python tells the project model; named in META-INF/services. */
  public static final class Python extends JpsModelSerializerExtension {
    @Override
    public List<? extends JpsModulePropertiesSerializer<?>> getModulePropertiesSerializers() {
      return Collections.singletonList(
          new JpsModulePropertiesSerializer<JpsDummyElement>(PythonModule.TYPE, "PYTHON_MODULE", null) {
            @Override
            public JpsDummyElement loadProperties(Element component) {
              return JpsElementFactory.getInstance().createDummyElement();
            }

            @Override
            public void saveProperties(JpsDummyElement properties, Element component) {}
          });
    }

    @Override
    public List<? extends JpsRunConfigurationPropertiesSerializer<?>> getRunConfigurationPropertiesSerializers() {
      return Collections.singletonList(
          new JpsRunConfigurationPropertiesSerializer<JpsSimpleElement<Element>>(PythonRun.TYPE, "PythonConfigurationType") {
            @Override
            public JpsSimpleElement<Element> loadProperties(Element configuration) {
              return JpsElementFactory.getInstance().createSimpleElement(configuration.clone());
            }

            @Override
            public void saveProperties(JpsSimpleElement<Element> properties, Element configuration) {}
          });
    }
  }

  /** The options that PythonRunConfiguration and AbstractPythonRunConfiguration read. */
  private static final List<String> OPTIONS =
      List.of(
          "INTERPRETER_OPTIONS", "PARENT_ENVS", "SDK_HOME", "WORKING_DIRECTORY", "IS_MODULE_SDK", "ADD_CONTENT_ROOTS",
          "ADD_SOURCE_ROOTS", "SCRIPT_NAME", "PARAMETERS", "SHOW_COMMAND_LINE", "EMULATE_TERMINAL", "MODULE_MODE");

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    JpsProject project = JpsSerializationManager.getInstance().loadProject(folder.toString(), Collections.emptyMap());
    Map<String, Object> told = new LinkedHashMap<>();
    List<Object> modules = new ArrayList<>();
    for (JpsModule module : project.getModules()) {
      modules.add(module(module));
    }
    List<Object> runs = new ArrayList<>();
    for (JpsTypedRunConfiguration<JpsSimpleElement<Element>> run : project.getRunConfigurations(PythonRun.TYPE)) {
      runs.add(run(run.getName(), run.getProperties().getData()));
    }
    told.put("modules", modules);
    told.put("runs", runs);
    told.put("files", wellFormed(folder.resolve(".idea")));
    System.out.println(json(told));
    System.exit(0); // the project model leaves threads behind
  }

  private static Map<String, Object> module(JpsModule module) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("name", module.getName());
    told.put("is_python", module.getModuleType() == PythonModule.TYPE);
    told.put("content", module.getContentRootsList().getUrls());
    told.put("excluded", module.getExcludeRootsList().getUrls());
    List<Object> sources = new ArrayList<>();
    for (JpsModuleSourceRoot root : module.getSourceRoots()) {
      sources.add(root.getUrl());
    }
    told.put("sources", sources);
    List<Object> dependencies = new ArrayList<>();
    for (JpsDependencyElement dependency : module.getDependenciesList().getDependencies()) {
      dependencies.add(dependency.getClass().getSimpleName().replaceAll("^Jps|Impl$", ""));
    }
    told.put("dependencies", dependencies);
    return told;
  }

  private static Map<String, Object> run(String name, Element element) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("name", name);
    told.put("factory", element.getAttributeValue("factoryName"));
    told.put("folder", element.getAttributeValue("folderName"));
    Element module = element.getChild("module");
    told.put("module", module == null ? null : module.getAttributeValue("name"));
    Map<String, Object> environment = new LinkedHashMap<>();
    for (Element variables : element.getChildren("envs")) {
      for (Element variable : variables.getChildren("env")) {
        environment.put(variable.getAttributeValue("name"), variable.getAttributeValue("value"));
      }
    }
    told.put("environment", environment);
    Map<String, Object> options = new LinkedHashMap<>();
    for (String option : OPTIONS) {
      String value = JDOMExternalizerUtil.readField(element, option);
      if (value != null) {
        options.put(option, value);
      }
    }
    told.put("options", options);
    List<Object> unread = new ArrayList<>();
    for (Element child : element.getChildren()) {
      boolean isOption = child.getName().equals("option") && OPTIONS.contains(child.getAttributeValue("name"));
      if (!isOption && !List.of("module", "envs", "method").contains(child.getName())) {
        unread.add(child.getName() + " " + child.getAttributeValue("name"));
      }
    }
    told.put("unread", unread);
    return told;
  }

  /** The files of a folder that the platform's parser takes; the first one that it does not take ends this with its error. */
  private static List<Object> wellFormed(Path folder) throws Exception {
    List<String> found = new ArrayList<>();
    for (Path place : List.of(folder, folder.resolve("runConfigurations"))) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(place, "*.{xml,iml}")) {
        for (Path file : files) {
          JDOMUtil.load(file.toFile());
          found.add(folder.relativize(file).toString());
        }
      }
    }
    Collections.sort(found);
    return new ArrayList<>(found);
  }

  private static String json(Object value) {
    if (value instanceof Map<?, ?> map) {
      List<String> parts = new ArrayList<>();
      map.forEach((key, held) -> parts.add(json(key) + ":" + json(held)));
      return "{" + String.join(",", parts) + "}";
    }
    if (value instanceof List<?> list) {
      List<String> parts = new ArrayList<>();
      list.forEach(held -> parts.add(json(held)));
      return "[" + String.join(",", parts) + "]";
    }
    if (!(value instanceof String text)) {
      return String.valueOf(value); // null, true, false
    }
    StringBuilder quoted = new StringBuilder("\"");
    for (char unit : text.toCharArray()) { // ASCII alone, so that no locale has a say
      quoted.append(unit < 0x20 || unit > 0x7e || unit == '"' || unit == '\\' ? String.format("\\u%04x", (int) unit) : unit);
    }
    return quoted.append('"').toString();
  }
}
